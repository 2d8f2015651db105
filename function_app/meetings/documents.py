"""How a meeting, and the events of all that happens to it, are kept."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any, Literal, Self

from ulid import ULID

from function_app.stores.documents import MeetingKey, MeetingScoped
from function_app.timestamps import Timestamp

MEETING_DOCUMENT = "meeting"


class EventKind(StrEnum):
    MEETING_CREATED = "meetingCreated"
    MEETING_UPDATED = "meetingUpdated"
    MEETING_DELETED = "meetingDeleted"
    SESSION_STARTED = "sessionStarted"
    SESSION_ENDED = "sessionEnded"


class Event(MeetingScoped):
    """Something that happened, written in the same batch as the change itself (the outbox)."""

    type: Literal["event"] = "event"
    sequence: int
    """Counts the events of one meeting from 1, without gaps."""
    kind: EventKind
    occurred_on: Timestamp
    data: dict[str, Any]


class Meeting(MeetingScoped):
    """A meeting. A deleted one stays as a mark, so that its events are never numbered twice."""

    type: Literal["meeting"] = "meeting"
    title: str
    created_on: Timestamp
    updated_on: Timestamp
    deleted_on: Timestamp | None = None
    version: str
    """What tenants see as the ETag: it changes with the content, and not when an event is counted."""
    event_sequence: int = 0

    @classmethod
    def new(cls, key: MeetingKey, title: str, now: datetime) -> Self:
        return cls(
            id=MEETING_DOCUMENT,
            tenant_id=key.tenant,
            meeting_id=key.meeting,
            title=title,
            created_on=now,
            updated_on=now,
            version=str(ULID()),
        )

    def changed(self, now: datetime, **changes: object) -> Self:
        """The next version of the content."""
        return self.model_copy(update={"updated_on": now, "version": str(ULID()), **changes})

    def happened(self, kind: EventKind, now: datetime, data: dict[str, Any]) -> tuple[Self, Event]:
        """The meeting with one more event counted, and that event; both go in one batch."""
        sequence = self.event_sequence + 1
        event = Event(
            id=f"evt_{sequence:012}",
            tenant_id=self.tenant_id,
            meeting_id=self.meeting_id,
            sequence=sequence,
            kind=kind,
            occurred_on=now,
            data=data,
        )
        return self.model_copy(update={"event_sequence": sequence}), event
