"""What tenants do with their meetings. Each change is one batch: the meeting and the event about it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from pydantic import ValidationError

from function_app.api.error_responses import invalid_request
from function_app.api.idempotency import RequestKey
from function_app.errors import IdempotencyKeyReusedError, MeetingNotFoundError
from function_app.events.catalogue import MeetingCreated, MeetingDeleted, MeetingRestored, MeetingUpdated
from function_app.meetings.content import MeetingContent, MeetingPatch, merged
from function_app.meetings.creation import Creation
from function_app.meetings.documents import Meeting
from function_app.schedules.checks import check_schedule
from function_app.stores.documents import MeetingKey
from function_app.stores.meetings import MeetingStore, Wanted
from function_app.stores.outcomes import AbsentError, AlreadyExistsError, until_it_holds
from function_app.timestamps import Clock
from parley_protocol.ids import new_id

DEFAULT_RETENTION = timedelta(days=30)


class Conditions(Protocol):
    """What the caller asks of the meeting's present version; None stands for no meeting."""

    def check(self, version: str | None) -> None:
        """Raises PreconditionFailedError when it does not hold."""


class Quota(Protocol):
    async def check(self, tenant: str) -> None:
        """Raises TooManyRequestsError and TooManyMeetingsError when the tenant may not make a meeting now."""


@dataclass(frozen=True)
class Page:
    meetings: list[Meeting]
    continuation: str | None


class MeetingService:
    def __init__(
        self,
        store: MeetingStore,
        clock: Clock,
        retention: timedelta = DEFAULT_RETENTION,
        quota: Quota | None = None,
    ) -> None:
        """`retention` is how long a deleted meeting can be restored; without a quota, there is none."""
        self._store = store
        self._quota = quota
        self._clock = clock
        self._retention = retention

    async def get(self, key: MeetingKey, *, include_deleted: bool = False) -> Meeting:
        """Raises MeetingNotFoundError; also for a deleted one, unless such are asked for and it can be restored."""
        meeting = await self._store.find(key)
        if meeting is None or (meeting.deleted_on and not (include_deleted and self._can_be_restored(meeting))):
            raise MeetingNotFoundError
        return meeting

    async def page(self, tenant: str, wanted: Wanted, size: int, continuation: str | None) -> Page:
        return Page(*await self._store.page(tenant, wanted, size, continuation))

    async def put(self, key: MeetingKey, content: MeetingContent, conditions: Conditions) -> tuple[Meeting, bool]:
        """Creates or replaces; the meeting, and whether it is new.

        Raises PreconditionFailedError, InvalidRequestError for the schedule, and what the quota raises.
        """
        _check(content)

        async def attempt() -> tuple[Meeting, bool]:
            found = await self._store.find(key)
            existing = found if found and not found.deleted_on else None
            conditions.check(existing.version if existing else None)
            if existing:
                return await self._replace(existing, content), False
            return await self._create(self._fresh(key, content, found)), True

        return await until_it_holds(attempt)

    async def create(self, tenant: str, content: MeetingContent, key: RequestKey | None) -> Meeting:
        """Creates a meeting with an id of ours.

        Raises IdempotencyKeyReusedError, InvalidRequestError, and what the quota raises.
        """
        _check(content)
        meeting = Meeting.new(MeetingKey(tenant, new_id("mtg")), content, self._clock())
        if key is None:
            return await self._create(meeting)
        creation = await self._claim(Creation.new(meeting, key.value, content.model_dump_json()), key.header)
        is_repeated = creation.meeting.meeting_id != meeting.meeting_id
        if is_repeated and await self._store.find(creation.meeting.key):
            return creation.meeting
        try:
            return await self._create(creation.meeting)
        except AlreadyExistsError:
            return creation.meeting

    async def patch(self, key: MeetingKey, patch: MeetingPatch, conditions: Conditions) -> Meeting:
        """Changes what the patch names.

        Raises MeetingNotFoundError, PreconditionFailedError, and InvalidRequestError when what would be left is not
        a meeting.
        """

        async def attempt() -> Meeting:
            meeting = await self.get(key)
            conditions.check(meeting.version)
            before = meeting.content
            after = patched(before, patch)
            _check(after)
            return meeting if after == before else await self._replace(meeting, after)

        return await until_it_holds(attempt)

    async def change(self, key: MeetingKey, decide: Callable[[Meeting, datetime], Meeting]) -> Meeting:
        """Writes what `decide` makes of the meeting now; the same means nothing. Raises MeetingNotFoundError."""

        async def attempt() -> Meeting:
            meeting, now = await self.get(key), self._clock()
            changed = decide(meeting, now)
            return meeting if changed is meeting else await self._tell_update(changed, now)

        return await until_it_holds(attempt)

    async def delete(self, key: MeetingKey, conditions: Conditions) -> None:
        """Deletes the meeting if there is one. Raises PreconditionFailedError."""

        async def attempt() -> None:
            meeting = await self._store.find(key)
            if meeting is None or meeting.deleted_on:
                conditions.check(None)
                return
            conditions.check(meeting.version)
            now = self._clock()
            what = MeetingDeleted(purge_on=now + self._retention)
            await self._store.save(*meeting.deleted(now).happened(what, now))

        await until_it_holds(attempt)

    async def restore(self, key: MeetingKey, conditions: Conditions) -> Meeting:
        """Brings a deleted meeting back as it was; one that is there stays as it is.

        Raises MeetingNotFoundError when there is none, or none any more, and PreconditionFailedError.
        """

        async def attempt() -> Meeting:
            meeting = await self.get(key, include_deleted=True)
            conditions.check(meeting.version)
            if meeting.deleted_on is None:
                return meeting
            now = self._clock()
            restored, event = meeting.restored(now).happened(MeetingRestored(title=meeting.title), now)
            await self._store.save(restored, event)
            return restored

        return await until_it_holds(attempt)

    def _can_be_restored(self, meeting: Meeting) -> bool:
        if meeting.deleted_on is None or meeting.purged_on:
            return False
        return self._clock() < meeting.deleted_on + self._retention

    def _fresh(self, key: MeetingKey, content: MeetingContent, mark: Meeting | None) -> Meeting:
        """A new meeting, which goes on counting events where a deleted one with its id stopped."""
        meeting = Meeting.new(key, content, self._clock())
        if mark is None:
            return meeting
        return meeting.model_copy(update={"event_sequence": mark.event_sequence, "etag": mark.etag})

    async def _create(self, meeting: Meeting) -> Meeting:
        if self._quota:
            await self._quota.check(meeting.tenant_id)
        created, event = meeting.happened(MeetingCreated(title=meeting.title), meeting.created_on)
        await self._store.save(created, event)
        return created

    async def _replace(self, meeting: Meeting, content: MeetingContent) -> Meeting:
        now = self._clock()
        return await self._tell_update(meeting.replaced(content, now), now)

    async def _tell_update(self, changed: Meeting, now: datetime) -> Meeting:
        updated, event = changed.happened(MeetingUpdated(title=changed.title), now)
        await self._store.save(updated, event)
        return updated

    async def _claim(self, creation: Creation, header: str) -> Creation:
        """The creation that the key in that header stands for: this one, or the one written down before it."""

        async def attempt() -> Creation:
            try:
                return await self._store.claim(creation)
            except AlreadyExistsError:
                found = await self._store.find_creation(creation)
            if found is None:
                raise AbsentError
            if found.request_digest != creation.request_digest:
                raise IdempotencyKeyReusedError(target=header)
            return found

        return await until_it_holds(attempt)


def _check(content: MeetingContent) -> None:
    if content.schedule:
        check_schedule(content.schedule)


def patched(content: MeetingContent, patch: MeetingPatch) -> MeetingContent:
    """The content after the patch. Raises InvalidRequestError when what is left is not a meeting."""
    try:
        return MeetingContent.model_validate(merged(content.model_dump(mode="json", by_alias=True), patch.changes))
    except ValidationError as error:
        problems = [{**problem, "loc": ("body", *problem["loc"])} for problem in error.errors()]
        raise invalid_request(problems) from None
