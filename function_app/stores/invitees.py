"""Invitees in Cosmos DB, in their meeting's partition; the meeting counts them, so that there are never too many."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from typing import Literal

from pydantic import ValidationError

from function_app.events.documents import Event
from function_app.invitees.documents import Invitee, invitee_id
from function_app.meetings.documents import Meeting
from function_app.notifications.documents import Notification
from function_app.stores.cosmos import BatchOperation, Container, add_to
from function_app.stores.counting import count_event
from function_app.stores.documents import MeetingKey
from function_app.timestamps import rfc3339

COUNT = "inviteeCount"
"""Where the meeting counts its invitees. It is only ever added to: erasing takes some away and counts no event."""
_PAGE_SIZE = 100

_logger = logging.getLogger("parley.store")

_LIST = """
    SELECT * FROM c
    WHERE c.tenantId = @tenant AND c.type = 'invitee' AND IS_NULL(c.removedOn) AND c.createdOn >= @since
    ORDER BY c.createdOn
"""
_ALL = "SELECT * FROM c WHERE c.tenantId = @tenant AND c.type = 'invitee'"


class InviteeStore:
    def __init__(self, container: Container) -> None:
        self._container = container

    async def find(self, key: MeetingKey, invitee: str) -> Invitee | None:
        """By the tenant's id: the invitee, removed or not."""
        return await self.read(key, invitee_id(invitee))

    async def read(self, key: MeetingKey, document: str) -> Invitee | None:
        body = await self._container.read(key, document)
        return Invitee.read(body) if body else None

    async def page(self, meeting: Meeting, size: int, continuation: str | None) -> tuple[list[Invitee], str | None]:
        """Those who are invited to the meeting, in the order in which they were added."""
        since = rfc3339(meeting.created_on)
        rows, following = await self._container.query_page(
            meeting.key, _LIST, size=size, continuation=continuation, tenant=meeting.tenant_id, since=since
        )
        return [Invitee.read(row) for row in rows], following

    async def all(self, key: MeetingKey) -> AsyncIterator[Invitee]:
        """Everyone of the meeting, also who was removed. One that cannot be read is left out."""
        continuation: str | None = None
        while True:
            rows, continuation = await self._container.query_page(
                key, _ALL, size=_PAGE_SIZE, continuation=continuation, tenant=key.tenant
            )
            for row in rows:
                try:
                    yield Invitee.read(row)
                except ValidationError:
                    _logger.exception("unreadable invitee tenant=%s id=%s", key.tenant, row.get("id"))
            if continuation is None:
                return

    async def save(
        self, invitee: Invitee, meeting: Meeting, counted: Meeting, event: Event, *, more: Literal[-1, 0, 1] = 0
    ) -> None:
        """Writes the invitee, `counted`, the meeting with the event, and by how many more there are.

        Raises StoreRaceError when one of the two has changed since it was read.
        """
        counting = count_event(meeting, counted, event, *([add_to(COUNT, more)] if more else []))
        await self._container.batch(invitee.key, [_write(invitee), *counting])

    async def inform(self, invitee: Invitee, notifications: list[Notification]) -> list[Notification]:
        """Writes what the invitee is told, and the notifications that tell it; these as written.

        Raises StoreRaceError.
        """
        news: list[BatchOperation] = [("create", (one.body(),)) for one in notifications]
        _, *results = await self._container.batch(invitee.key, [_write(invitee), *news])
        return [
            one.model_copy(update={"etag": result["eTag"]}) for one, result in zip(notifications, results, strict=True)
        ]

    async def replace(self, invitee: Invitee) -> None:
        """Writes over the version that was read. Raises StoreRaceError."""
        await self._container.replace(invitee.body(), invitee.etag or "")


def _write(invitee: Invitee) -> BatchOperation:
    if invitee.etag is None:
        return ("create", (invitee.body(),))
    return ("replace", (invitee.id, invitee.body()), {"if_match_etag": invitee.etag})
