"""How an event is kept: in the meeting's partition, written in the same batch as the change that it tells of."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Any, Literal, Self

from ulid import ULID

from function_app.events.catalogue import EventData, EventType
from function_app.stores.documents import MeetingKey, MeetingScoped
from function_app.timestamps import Timestamp


class Event(MeetingScoped):
    """Something that happened (the outbox)."""

    type: Literal["event"] = "event"
    sequence: int
    """Counts the events of one meeting from 1, without gaps."""
    kind: EventType
    occurred_on: Timestamp
    data: dict[str, Any]

    @classmethod
    def new(cls, key: MeetingKey, sequence: int, what: EventData, now: datetime) -> Self:
        """The document's id is its place in the meeting, so that no place can be given twice."""
        return cls(
            id=f"evt_{sequence:012}",
            tenant_id=key.tenant,
            meeting_id=key.meeting,
            sequence=sequence,
            kind=what.type,
            occurred_on=now,
            data=what.model_dump(mode="json", by_alias=True),
        )

    @property
    def public_id(self) -> str:
        """Its id among all events of all meetings: the same each time that it is told, so a repeat is known as one."""
        digest = hashlib.sha256("\0".join((*self.key, str(self.sequence))).encode()).digest()
        return f"evt_{ULID.from_bytes(digest[:16])}"
