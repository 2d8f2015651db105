"""The port to those who carry messages to people, and what becomes of a message.

    NotificationChannel.send(message, attempt) ──▶ Outcome

A process may die between sending and writing down that it has sent. So an attempt has an id, which is the same when it
is made again; a channel uses it to find out, or to have its service find out, whether the message has gone already.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Literal, Protocol
from uuid import UUID

from function_app.notifications.addresses import PushSubscription


class ChannelName(StrEnum):
    """The ways to reach somebody, in the order in which they are preferred."""

    EMAIL = "email"
    SMS = "sms"
    PUSH = "push"


@dataclass(frozen=True)
class Calendar:
    """An iCalendar object to attach (RFC 5546): how it is meant, and its text."""

    method: Literal["REQUEST", "CANCEL"]
    content: bytes


@dataclass(frozen=True)
class Recipient:
    """Whom a message is for; a channel takes the address that it knows how to reach."""

    name: str
    email: str | None = None
    phone: str | None = None
    push: PushSubscription | None = None


@dataclass(frozen=True)
class Message:
    """What is said. `subject` and `short` are one line each; `short` is what SMS and push show."""

    to: Recipient
    subject: str
    text: str
    html: str
    short: str
    link: str
    unsubscribe: str
    """Where a POST ends messages of this kind (RFC 8058)."""
    language: str
    lasts: timedelta
    """For how long it is worth delivering."""
    calendar: Calendar | None = None


@dataclass(frozen=True)
class Attempt:
    """One try to send a message, or the same again."""

    id: UUID
    first_on: datetime
    """When it was made for the first time."""
    is_repeat: bool
    """Whether it was made before and nobody knows what came of it."""
    is_late: bool = False
    """Whether the message means nothing any more: it is not sent now, and only asked for if it was made before."""


class Result(StrEnum):
    """What became of an attempt."""

    SENT = "sent"
    ACCEPTED = "accepted"
    """The service has it, and will know more later: make the attempt again to hear."""
    FAILED = "failed"
    """It was certainly not sent; another attempt may do better."""
    REFUSED = "refused"
    """Nothing can be sent to this address, now or later."""
    UNKNOWN = "unknown"
    """There was no answer: make the same attempt again."""
    UNCERTAIN = "uncertain"
    """It may have been sent or not, and nobody can tell any more; to send it again might be twice."""


@dataclass(frozen=True)
class Outcome:
    """`reason` is the service's own code or ours, for the log and the invitee; `retry_after` what it asked for."""

    result: Result
    reason: str | None = None
    retry_after: timedelta = timedelta()


class NotificationChannel(Protocol):
    """One way to reach people."""

    async def send(self, message: Message, attempt: Attempt) -> Outcome:
        """Sends it unless that has been done. What the service does, or the network, is never raised."""

    async def close(self) -> None: ...
