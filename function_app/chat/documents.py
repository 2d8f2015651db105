"""How a chat message is kept."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from typing import Literal, Self

from ulid import ULID

from function_app.participants.documents import Participant
from function_app.stores.documents import MeetingScoped
from function_app.timestamps import Timestamp, rfc3339
from parley_protocol.signalling import ChatEvent, ChatMessage

_FOR_EVER = -1


class StoredMessage(MeetingScoped):
    type: Literal["chatMessage"] = "chatMessage"
    session_id: str
    participant_id: str
    client_id: str
    name: str
    text: str
    sent_on: Timestamp
    position: str
    """Its place in the history: the time, and the id for messages of the same instant."""
    ttl: int = _FOR_EVER
    """Seconds: the partition of a meeting that is held for years must not grow for ever."""

    @classmethod
    def new(cls, sender: Participant, event: ChatEvent, now: datetime, keep: timedelta) -> Self:
        """The id is a function of the sender and the sender's own id for it: a repeat cannot be stored twice."""
        digest = hashlib.sha256(f"{sender.id}\0{event.client_id}".encode()).digest()
        message_id = f"msg_{ULID.from_bytes(digest[:16])}"
        return cls(
            id=message_id,
            tenant_id=sender.tenant_id,
            meeting_id=sender.meeting_id,
            session_id=sender.session_id,
            participant_id=sender.id,
            client_id=event.client_id,
            name=sender.name,
            text=event.text,
            sent_on=now,
            position=f"{rfc3339(now)}_{message_id}",
            ttl=int(keep.total_seconds()),
        )

    def message(self) -> ChatMessage:
        """The message as everybody gets it."""
        return ChatMessage(
            id=self.id,
            client_id=self.client_id,
            participant=self.participant_id,
            name=self.name,
            text=self.text,
            sent_on=self.sent_on,
        )
