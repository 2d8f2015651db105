"""Tenants in Cosmos DB: one document each, its id being the tenant's, and one for the use of each API key."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from function_app.audit.documents import AuditEntry
from function_app.stores.cosmos import BatchOperation, Container
from function_app.stores.outcomes import AbsentError, AlreadyExistsError, until_it_holds
from function_app.tenants.documents import FIRST_TENANT_DOCUMENT, FirstTenant, KeyUse, Tenant


class TenantStore:
    def __init__(self, container: Container) -> None:
        self._container = container

    async def find(self, tenant: str) -> Tenant | None:
        body = await self._container.read(tenant, tenant)
        return Tenant.read(body) if body else None

    async def create(self, tenant: Tenant) -> None:
        """Raises AlreadyExistsError."""
        await self._container.create(tenant.body())

    async def first(self, candidate: str) -> str:
        """The id of the first tenant: the candidate of whoever asked first, made or about to be made."""
        try:
            await self._container.create(FirstTenant.of(candidate).body())
        except AlreadyExistsError:
            body = await self._container.read(FIRST_TENANT_DOCUMENT, FIRST_TENANT_DOCUMENT)
            if body:
                return FirstTenant.read(body).tenant
        return candidate

    async def replace(self, tenant: Tenant) -> None:
        """Writes over the version that was read. Raises StoreRaceError."""
        await self._container.replace(tenant.body(), tenant.etag or "")

    async def change(self, tenant: str, change: Callable[[Tenant], Tenant], entry: AuditEntry) -> Tenant:
        """Writes what `change` makes of the tenant, and who did it, in one batch; made anew after a lost race.

        Nothing is written where nothing changes. What `change` raises is raised.
        """

        async def attempt() -> Tenant:
            found = await self.find(tenant)
            if found is None:
                raise AbsentError
            changed = change(found)
            if changed == found:
                return found
            operations: list[BatchOperation] = [
                ("replace", (changed.id, changed.body()), {"if_match_etag": found.etag}),
                ("create", (entry.body(),)),
            ]
            await self._container.batch(tenant, operations)
            return changed

        return await until_it_holds(attempt)

    async def ids(self) -> list[str]:
        """Every tenant's id: the directory from which the platform's own upkeep begins, tenant by tenant."""
        rows = await self._container.query_every_partition("SELECT VALUE c.id FROM c WHERE c.type = 'tenant'")
        return [str(row) for row in rows]

    async def note_use(self, tenant: str, key: str, now: datetime) -> None:
        use = KeyUse(id=KeyUse.document_id(key), tenant_id=tenant, used_on=now)
        await self._container.upsert(use.body())

    async def last_use(self, tenant: str, key: str) -> datetime | None:
        body = await self._container.read(tenant, KeyUse.document_id(key))
        return KeyUse.read(body).used_on if body else None
