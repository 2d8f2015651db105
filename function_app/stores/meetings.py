"""Meetings in Cosmos DB. A meeting and the event about it are written in one transactional batch."""

from __future__ import annotations

from dataclasses import dataclass

from function_app.events.documents import Event
from function_app.meetings.choosing import Choice, Order
from function_app.meetings.creation import Creation
from function_app.meetings.documents import MEETING_DOCUMENT, Meeting
from function_app.stores.cosmos import BatchOperation, Container
from function_app.stores.documents import MeetingKey

_LIST = """
    SELECT * FROM c
    WHERE c.tenantId = @tenant AND c.type = 'meeting'
    AND (IS_NULL(c.deletedOn) OR (@deleted AND NOT IS_STRING(c.purgedOn)))
"""
_COUNT = "SELECT VALUE COUNT(1) FROM c WHERE c.tenantId = @tenant AND c.type = 'meeting' AND IS_NULL(c.deletedOn)"


@dataclass(frozen=True)
class Wanted:
    """Which meetings of a tenant, and in which order."""

    choice: Choice
    order: Order | None = None
    include_deleted: bool = False
    """Whether those that can be restored are among them."""

    @property
    def parameters(self) -> dict[str, object]:
        return {"deleted": self.include_deleted, **dict(self.choice.parameters)}


class MeetingStore:
    def __init__(self, container: Container) -> None:
        self._container = container

    async def find(self, key: MeetingKey) -> Meeting | None:
        """The meeting, deleted or not, or None when there never was one."""
        body = await self._container.read(key, MEETING_DOCUMENT)
        return Meeting.read(body) if body else None

    async def save(self, meeting: Meeting, event: Event) -> None:
        """Writes the meeting over the version it was read as, with the event. Raises StoreRaceError."""
        await self._container.batch(meeting.key, [save_meeting(meeting), ("create", (event.body(),))])

    async def page(
        self, tenant: str, wanted: Wanted, size: int, continuation: str | None
    ) -> tuple[list[Meeting], str | None]:
        """Meetings of the tenant, in no promised order if none is asked for."""
        if wanted.order:
            return await self._ordered_page(tenant, wanted, wanted.order, size, continuation)
        rows, following = await self._container.query_page(
            (tenant,),
            f"{_LIST} AND {wanted.choice.sql}",
            size=size,
            continuation=continuation,
            tenant=tenant,
            **wanted.parameters,
        )
        return [Meeting.read(row) for row in rows], following

    async def _ordered_page(
        self, tenant: str, wanted: Wanted, order: Order, size: int, after: str | None
    ) -> tuple[list[Meeting], str | None]:
        """The page behind the meeting whose sort key is `after`: the SDK cannot go on with a query that sorts."""
        key = f"c.listed.{order.field}"
        beyond, direction = ("<", "DESC") if order.descending else (">", "ASC")
        behind = f"(IS_NULL(@after) OR {key} {beyond} @after)"
        rows, _ = await self._container.query_page(
            (tenant,),
            f"{_LIST} AND {wanted.choice.sql} AND {behind} ORDER BY {key} {direction}",
            size=size + 1,
            continuation=None,
            tenant=tenant,
            after=after,
            **wanted.parameters,
        )
        shown = rows[:size]
        following = shown[-1]["listed"][order.field] if len(rows) > size else None
        return [Meeting.read(row) for row in shown], following

    async def count(self, tenant: str) -> int:
        """How many meetings the tenant has, without deleted ones."""
        [count] = await self._container.query((tenant,), _COUNT, tenant=tenant)
        return int(count)

    async def claim(self, creation: Creation) -> Creation:
        """Writes down a keyed creation. Raises AlreadyExistsError when the key was used before."""
        return Creation.read(await self._container.create(creation.body()))

    async def find_creation(self, creation: Creation) -> Creation | None:
        """What was written down for the same key."""
        body = await self._container.read(creation.key, creation.id)
        return Creation.read(body) if body else None


def save_meeting(meeting: Meeting) -> BatchOperation:
    """The operation that writes `meeting` in a batch: over the version it was read as, or as a new one."""
    if meeting.etag is None:
        return ("create", (meeting.body(),))
    return ("replace", (meeting.id, meeting.body()), {"if_match_etag": meeting.etag})
