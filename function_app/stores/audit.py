"""The audit log in Cosmos DB: a document for each act, in the tenant's partition of the container `tenants`."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from function_app.audit.documents import AuditEntry
from function_app.stores.cosmos import Container
from function_app.stores.outcomes import AbsentError
from function_app.timestamps import rfc3339

_LOG = """
    SELECT * FROM c
    WHERE c.tenantId = @tenant AND c.type = 'auditEntry'
    AND (IS_NULL(@since) OR c.occurredOn >= @since) AND (IS_NULL(@until) OR c.occurredOn < @until)
    AND (IS_NULL(@actor) OR c.actor.id = @actor) AND (IS_NULL(@action) OR c.action = @action)
    ORDER BY c.occurredOn DESC
"""


@dataclass(frozen=True)
class AuditFilter:
    """Which acts: None means any. `since` is the first moment, `until` the first one after."""

    since: datetime | None = None
    until: datetime | None = None
    actor: str | None = None
    action: str | None = None


class AuditStore:
    def __init__(self, container: Container) -> None:
        self._container = container

    async def add(self, entry: AuditEntry) -> None:
        await self._container.create(entry.body())

    async def take_back(self, entry: AuditEntry) -> None:
        """The act was refused. Safe to repeat, as the SDK does when an answer is lost."""
        with suppress(AbsentError):
            await self._container.batch(entry.tenant_id, [("delete", (entry.id,))])

    async def page(
        self, tenant: str, wanted: AuditFilter, size: int, continuation: str | None
    ) -> tuple[list[AuditEntry], str | None]:
        """A page of the tenant's log, newest first."""
        rows, following = await self._container.query_page(
            tenant,
            _LOG,
            size=size,
            continuation=continuation,
            tenant=tenant,
            since=rfc3339(wanted.since) if wanted.since else None,
            until=rfc3339(wanted.until) if wanted.until else None,
            actor=wanted.actor,
            action=wanted.action,
        )
        return [AuditEntry.read(row) for row in rows], following
