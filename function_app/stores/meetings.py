"""Meetings in Cosmos DB. A meeting and the event about it are written in one transactional batch."""

from __future__ import annotations

from function_app.events.documents import Event
from function_app.meetings.creation import Creation
from function_app.meetings.documents import MEETING_DOCUMENT, Meeting
from function_app.stores.cosmos import BatchOperation, Container
from function_app.stores.documents import MeetingKey

_LIST = """
    SELECT * FROM c
    WHERE c.tenantId = @tenant AND c.type = 'meeting'
    AND (IS_NULL(c.deletedOn) OR (@deleted AND NOT IS_STRING(c.purgedOn)))
"""


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
        self, tenant: str, size: int, continuation: str | None, *, include_deleted: bool
    ) -> tuple[list[Meeting], str | None]:
        """Meetings of the tenant, in no promised order; those that can be restored among them if asked for."""
        rows, following = await self._container.query_page(
            (tenant,), _LIST, size=size, continuation=continuation, tenant=tenant, deleted=include_deleted
        )
        return [Meeting.read(row) for row in rows], following

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
