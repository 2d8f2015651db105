"""Deleted meetings in Cosmos DB, and taking away what is left of them."""

from __future__ import annotations

from datetime import datetime

from function_app.meetings.documents import MEETING_DOCUMENT, Meeting
from function_app.sessions.documents import Session
from function_app.stores.cosmos import BatchOperation, Container, set_values
from function_app.timestamps import rfc3339
from function_app.usage.documents import SettledUsage

_AT_ONCE = 99
"""With the look at the meeting that makes a hundred operations, the most that a batch can hold."""

_DUE = """
    SELECT * FROM c
    WHERE c.tenantId = @tenant AND c.type = 'meeting' AND c.deletedOn < @before AND NOT IS_STRING(c.purgedOn)
    OFFSET 0 LIMIT @size
"""
_SESSION = """
    SELECT * FROM c
    WHERE c.tenantId = @tenant AND c.type = 'session'
    OFFSET 0 LIMIT 1
"""
_LEFT = f"""
    SELECT VALUE c.id FROM c
    WHERE c.tenantId = @tenant AND c.id != '{MEETING_DOCUMENT}' AND c.type != 'settledUsage'
    OFFSET 0 LIMIT @size
"""  # noqa: S608 constants only


class RetentionStore:
    def __init__(self, container: Container) -> None:
        self._container = container

    async def due(self, tenant: str, before: datetime, size: int) -> list[Meeting]:
        """Some of the tenant's meetings that were deleted before that moment and have not been purged."""
        rows = await self._container.query((tenant,), _DUE, tenant=tenant, before=rfc3339(before), size=size)
        return [Meeting.read(row) for row in rows]

    async def session(self, meeting: Meeting) -> Session | None:
        """One of the sessions that the meeting had, as long as there are any."""
        rows = await self._container.query(meeting.key, _SESSION, tenant=meeting.tenant_id)
        return Session.read(rows[0]) if rows else None

    async def settle(self, meeting: Meeting, session: Session, usage: SettledUsage | None) -> None:
        """Puts that in the place of the session, by which its participants are found. Raises StoreRaceError."""
        kept: list[BatchOperation] = [("create", (usage.body(),))] if usage else []
        await self._container.batch(meeting.key, [_still_deleted(meeting), ("delete", (session.id,)), *kept])

    async def remove_some(self, meeting: Meeting) -> bool:
        """Takes away some of the meeting's documents, all but its own and its usage; whether any were left.

        Raises ChangedError when the meeting is not the deleted one that was read any more.
        """
        ids = await self._container.query(meeting.key, _LEFT, tenant=meeting.tenant_id, size=_AT_ONCE)
        if ids:
            await self._container.batch(meeting.key, [_still_deleted(meeting), *(("delete", (one,)) for one in ids)])
        return bool(ids)

    async def finish(self, purged: Meeting) -> None:
        """Writes the mark that stays. Raises StoreRaceError."""
        await self._container.replace(purged.body(), purged.etag or "")


def _still_deleted(meeting: Meeting) -> BatchOperation:
    """Holds only while the meeting is the deleted one that was read."""
    deleted_on = meeting.body()["deletedOn"]
    condition = f"FROM c WHERE c.deletedOn = '{deleted_on}'"
    return ("patch", (MEETING_DOCUMENT, set_values({"deletedOn": deleted_on})), {"filter_predicate": condition})
