"""The messages that the stand-ins took, in memory."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

KEPT = 500

Kind = Literal["email", "sms", "push"]


@dataclass(frozen=True)
class Attachment:
    name: str
    content_type: str
    content: bytes


@dataclass(frozen=True)
class SentMessage:
    """One message as it was sent."""

    id: str
    """The operation, the message or the topic, by which a repeat is told."""
    kind: Kind
    sender: str
    to: str
    subject: str
    text: str
    sent_on: datetime
    html: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    attachments: tuple[Attachment, ...] = ()


class Mailbox:
    """The newest messages."""

    def __init__(self) -> None:
        self._messages: deque[SentMessage] = deque(maxlen=KEPT)

    def take(self, message: SentMessage) -> None:
        self._messages.append(message)

    def replace(self, message: SentMessage) -> None:
        """Takes it in place of one with its id, if there is one (a topic of RFC 8030)."""
        kept = [one for one in self._messages if one.id != message.id]
        self._messages.clear()
        self._messages.extend([*kept, message])

    @property
    def messages(self) -> list[SentMessage]:
        """The oldest first."""
        return list(self._messages)

    def find(self, message: str) -> SentMessage | None:
        return next((one for one in self._messages if one.id == message), None)
