"""Long work in Cosmos DB, in its tenant's partition of the container `tenants`."""

from __future__ import annotations

from datetime import datetime

from function_app.audit.documents import AuditEntry
from function_app.operations.documents import Operation
from function_app.stores.cosmos import BatchOperation, Container
from function_app.timestamps import rfc3339

_UNDER_WAY = """
    SELECT * FROM c
    WHERE c.tenantId = @tenant AND c.type = 'operation' AND c.status IN ('notStarted', 'running')
    OFFSET 0 LIMIT @size
"""
_DUE = """
    SELECT * FROM c
    WHERE c.type = 'operation' AND c.status IN ('notStarted', 'running')
    AND (IS_NULL(c.claimedUntil) OR c.claimedUntil < @now)
"""


class OperationStore:
    def __init__(self, container: Container) -> None:
        self._container = container

    async def find(self, tenant: str, operation: str) -> Operation | None:
        body = await self._container.read(tenant, operation)
        return Operation.read(body) if body else None

    async def create(self, operation: Operation, entry: AuditEntry) -> None:
        """Writes it, and who asked for it, in one batch."""
        operations: list[BatchOperation] = [("create", (operation.body(),)), ("create", (entry.body(),))]
        await self._container.batch(operation.tenant_id, operations)

    async def replace(self, operation: Operation) -> Operation:
        """Writes over the version that was read; what was written. Raises StoreRaceError."""
        return Operation.read(await self._container.replace(operation.body(), operation.etag or ""))

    async def under_way(self, tenant: str, size: int) -> list[Operation]:
        """Those of the tenant's that have not ended; no more than so many."""
        rows = await self._container.query(tenant, _UNDER_WAY, tenant=tenant, size=size)
        return [Operation.read(row) for row in rows]

    async def due(self, now: datetime, size: int) -> list[Operation]:
        """What nobody works at, of all tenants; no more than so many."""
        rows = await self._container.query_every_partition(_DUE, limit=size, now=rfc3339(now))
        return [Operation.read(row) for row in rows]
