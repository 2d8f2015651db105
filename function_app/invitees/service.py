"""What tenants do with the invitees of their meetings.

Each change is one batch: the invitee, the meeting's count of them, and the event.
"""

from __future__ import annotations

from typing import Literal, Protocol

from function_app.errors import (
    InvalidRequestError,
    InviteeNotFoundError,
    TooManyInviteesError,
)
from function_app.events.catalogue import EventData, InviteeAdded, InviteeChanged, InviteeRemoved
from function_app.invitees.content import MAXIMUM_INVITEES, InviteeContent
from function_app.invitees.documents import Invitee
from function_app.meetings.documents import Meeting
from function_app.meetings.service import MeetingService
from function_app.notifications.documents import Notification
from function_app.rate_limits.limits import INVITATIONS, RateLimits
from function_app.schedules.zones import zone_names
from function_app.stores.documents import MeetingKey
from function_app.stores.invitees import InviteeStore
from function_app.stores.notifications import NotificationStore
from function_app.stores.outcomes import until_it_holds
from function_app.timestamps import Clock
from function_app.webhooks.addresses import check_url


class Conditions(Protocol):
    """What the caller asks of the invitee's present version; None stands for no invitee."""

    def check(self, version: str | None) -> None:
        """Raises PreconditionFailedError when it does not hold."""


class InviteeService:
    """`private_allowed` is whether push services may be on private addresses, and without TLS."""

    def __init__(
        self,
        store: InviteeStore,
        notifications: NotificationStore,
        meetings: MeetingService,
        limits: RateLimits,
        clock: Clock,
        *,
        private_allowed: bool,
    ) -> None:
        self._store = store
        self._notifications = notifications
        self._meetings = meetings
        self._limits = limits
        self._clock = clock
        self._private_allowed = private_allowed

    async def get(self, key: MeetingKey, invitee: str) -> Invitee:
        """Raises MeetingNotFoundError and InviteeNotFoundError."""
        found = await self._existing(await self._meetings.get(key), invitee)
        if found is None:
            raise InviteeNotFoundError
        return found

    async def page(self, key: MeetingKey, size: int, continuation: str | None) -> tuple[list[Invitee], str | None]:
        """A page of the meeting's invitees, and the continuation of the next. Raises MeetingNotFoundError."""
        return await self._store.page(await self._meetings.get(key), size, continuation)

    async def notifications(
        self, key: MeetingKey, invitee: str, size: int, continuation: str | None
    ) -> tuple[list[Notification], str | None]:
        """A page of what the invitee was told, the newest first. Raises as `get` does."""
        return await self._notifications.page(await self.get(key, invitee), size, continuation)

    async def put(
        self, key: MeetingKey, invitee: str, content: InviteeContent, conditions: Conditions
    ) -> tuple[Invitee, bool]:
        """Adds or replaces; the invitee, and whether it is new.

        Raises MeetingNotFoundError, PreconditionFailedError, TooManyInviteesError, TooManyRequestsError, and
        InvalidRequestError for a push service that must not be called or a time zone that there is not.
        """
        await self._limits.charge(INVITATIONS, key.tenant)
        if content.push:
            check_url(content.push.endpoint, private_allowed=self._private_allowed, target="/push/endpoint")
        if content.time_zone and content.time_zone not in zone_names():
            raise InvalidRequestError.parameter("/timeZone", "It is no name of the IANA time zone database.")

        async def attempt() -> tuple[Invitee, bool]:
            meeting, now = await self._meetings.get(key), self._clock()
            existing = await self._existing(meeting, invitee)
            conditions.check(existing.version if existing else None)
            if existing:
                changed = existing.replaced(content, now)
                await self._save(changed, meeting, InviteeChanged(invitee=invitee))
                return changed, False
            if meeting.invitee_count >= MAXIMUM_INVITEES:
                raise TooManyInviteesError
            added = await self._fresh(key, invitee, content)
            await self._save(added, meeting, InviteeAdded(invitee=invitee, role=added.role), more=1)
            return added, True

        return await until_it_holds(attempt)

    async def remove(self, key: MeetingKey, invitee: str, conditions: Conditions) -> None:
        """Removes the invitee if there is one. Raises MeetingNotFoundError and PreconditionFailedError."""

        async def attempt() -> None:
            meeting = await self._meetings.get(key)
            existing = await self._existing(meeting, invitee)
            conditions.check(existing.version if existing else None)
            if existing:
                await self._save(existing.removed(self._clock()), meeting, InviteeRemoved(invitee=invitee), more=-1)

        await until_it_holds(attempt)

    async def _existing(self, meeting: Meeting, invitee: str) -> Invitee | None:
        found = await self._store.find(meeting.key, invitee)
        return found if found and found.is_of(meeting) else None

    async def _fresh(self, key: MeetingKey, invitee: str, content: InviteeContent) -> Invitee:
        """A new one, in place of one that was removed and is still kept."""
        former = await self._store.find(key, invitee)
        fresh = Invitee.new(key, invitee, content, self._clock())
        return fresh.model_copy(update={"etag": former.etag}) if former else fresh

    async def _save(self, invitee: Invitee, meeting: Meeting, what: EventData, more: Literal[-1, 0, 1] = 0) -> None:
        counted, event = meeting.happened(what, invitee.updated_on)
        await self._store.save(invitee, meeting, counted, event, more=more)
