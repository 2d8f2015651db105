"""How a meeting is kept."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal, Self

from pydantic import computed_field
from ulid import ULID

from function_app.events.catalogue import EventData
from function_app.events.documents import Event
from function_app.meetings.content import MeetingContent, MeetingSettings
from function_app.schedules.content import Schedule
from function_app.stores.documents import MeetingKey, MeetingScoped
from function_app.timestamps import Timestamp, rfc3339

MEETING_DOCUMENT = "meeting"


class Meeting(MeetingScoped):
    """A meeting. A deleted one stays as a mark, so that its events are never numbered twice."""

    type: Literal["meeting"] = "meeting"
    title: str
    settings: MeetingSettings = MeetingSettings()
    schedule: Schedule | None = None
    calendar_sequence: int = 0
    """Counts the changes that calendars must hear of (SEQUENCE in RFC 5545): of the title and of what they show of the
    schedule."""
    created_on: Timestamp
    updated_on: Timestamp
    deleted_on: Timestamp | None = None
    purged_on: Timestamp | None = None
    """When all that a deleted one had was taken away."""
    opened_on: Timestamp | None = None
    """When `:start` opened it; nothing after `:end`."""
    version: str
    """What tenants see as the ETag: it changes with the content, and not when an event is counted."""
    event_sequence: int = 0
    invitee_count: int = 0

    @computed_field
    def listed(self) -> dict[str, str]:
        """What lists are sorted by: each with the id behind, so that no two are alike, and a page ends at one."""
        values = {
            "createdOn": rfc3339(self.created_on),
            "updatedOn": rfc3339(self.updated_on),
            "title": self.title.casefold(),
        }
        return {name: f"{value}\0{self.meeting_id}" for name, value in values.items()}

    @classmethod
    def new(cls, key: MeetingKey, content: MeetingContent, now: datetime) -> Self:
        return cls(
            id=MEETING_DOCUMENT,
            tenant_id=key.tenant,
            meeting_id=key.meeting,
            **_chosen(content),
            created_on=now,
            updated_on=now,
            version=str(ULID()),
        )

    @property
    def content(self) -> MeetingContent:
        """All that the tenant chose."""
        return MeetingContent(**_chosen(self))

    def replaced(self, content: MeetingContent, now: datetime) -> Self:
        counted = self.calendar_sequence + (_in_calendars(self) != _in_calendars(content))
        return self.changed(now, **_chosen(content), calendar_sequence=counted)

    def changed(self, now: datetime, **changes: object) -> Self:
        """The next version of the content."""
        return self.model_copy(update={"updated_on": now, "version": str(ULID()), **changes})

    def deleted(self, now: datetime) -> Self:
        """Gone, until it is restored or purged. Calendars must hear of it."""
        return self.changed(now, deleted_on=now, opened_on=None, calendar_sequence=self.calendar_sequence + 1)

    def restored(self, now: datetime) -> Self:
        return self.changed(now, deleted_on=None, calendar_sequence=self.calendar_sequence + 1)

    def purged(self, now: datetime) -> Self:
        """The mark of a deleted one, without what the tenant chose."""
        return self.changed(now, title="", settings=MeetingSettings(), schedule=None, purged_on=now)

    def happened(self, what: EventData, now: datetime) -> tuple[Self, Event]:
        """The meeting with one more event counted, and that event; both go in one batch."""
        sequence = self.event_sequence + 1
        return self.model_copy(update={"event_sequence": sequence}), Event.new(self.key, sequence, what, now)


def _chosen(content: MeetingContent | Meeting) -> dict[str, Any]:
    return {name: getattr(content, name) for name in MeetingContent.model_fields}


def _in_calendars(content: MeetingContent | Meeting) -> tuple[str, dict[str, Any] | None]:
    return content.title, content.schedule.in_calendars if content.schedule else None
