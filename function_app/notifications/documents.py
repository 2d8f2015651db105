"""How a notification is kept: one message to one invitee by one channel, due at a time, in its meeting's partition.

           claimed (dueOn: when the claim lapses)     sent, refused, dropped, failed, uncertain
    waiting ─────────────▶ under way ────────────────────────────▶ settled (no dueOn)
       ▲                      │                                        │
       └── failed: put off ───┘     reported: delivered, bounced, … ◀──┘ (from any of them)

Whoever sends claims it first, by a write over the version that was read. A process that dies lets its claim lapse; who
claims it then sees by `attemptedOn` that an attempt was made of which nobody knows what came, and makes the same again
(`port.Attempt`). Only an attempt that certainly failed is followed by one of a new id. A service may report of an
attempt at any time, also before its outcome is written down; what it reports is how it was.
"""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Literal, Self
from uuid import UUID, uuid5

from ulid import ULID

from function_app.notifications.port import Attempt, ChannelName, Outcome, Result
from function_app.stores.documents import MeetingKey, MeetingScoped
from function_app.timestamps import Timestamp
from function_app.webhooks.backoff import Random, next_attempt

CLAIM_LASTS = timedelta(seconds=60)
"""It must be much longer than sending may take, and shorter than services tell repeats."""
TRIED_FOR = timedelta(hours=24)
KEPT_FOR = timedelta(days=30)
_GRACE = timedelta(hours=1)
_ASK_AGAIN_AFTER = timedelta(seconds=20)
_ASK_AT_LEAST_EVERY = timedelta(minutes=30)
"""Less than the grace, so that whoever asks last is heard."""
_ATTEMPTS = UUID("6f1c3c0e-6a8e-5d6c-9a55-2f3f0c0e7a11")
"""The name space of the attempts' ids (RFC 9562, section 5.5)."""
_FOR_EVER = -1


class Kind(StrEnum):
    """What a notification says."""

    INVITATION = "invitation"
    UPDATE = "update"
    CANCELLATION = "cancellation"
    REMINDER = "reminder"


class State(StrEnum):
    """What has become of it."""

    WAITING = "waiting"
    SENT = "sent"
    REFUSED = "refused"
    """Nothing can be sent to the address."""
    FAILED = "failed"
    """It was tried for a day, or for as long as it meant anything."""
    UNCERTAIN = "uncertain"
    """It may have been sent; to send it again might be twice."""
    DROPPED = "dropped"
    """It meant nothing any more when its time came."""
    DELIVERED = "delivered"
    """The recipient's mail server, or phone, has it. This and what follows is by the service's report."""
    BOUNCED = "bounced"
    """Nobody has the address."""
    SUPPRESSED = "suppressed"
    """The service sends nothing to the address for now, as it has bounced before."""
    QUARANTINED = "quarantined"
    """The recipient's mail server keeps it from the recipient."""
    FILTERED = "filtered"
    """The recipient's mail server took it for spam."""
    UNDELIVERED = "undelivered"
    """It did not arrive, for another reason."""


_FINAL = {Result.SENT: State.SENT, Result.REFUSED: State.REFUSED, Result.UNCERTAIN: State.UNCERTAIN}


class Notification(MeetingScoped):
    type: Literal["notification"] = "notification"
    kind: Kind
    channel: ChannelName
    lane: str
    """The tenant and the channel: one tenant's messages wait for no other's."""
    invitee: str
    """The document of whom it is for."""
    edition: str
    """The invitee's, when this was written."""
    calendar_sequence: int
    """The meeting's, when this was written."""
    occurrence: Timestamp | None = None
    """When the occurrence begins of which this reminds."""
    created_on: Timestamp
    expires_on: Timestamp
    due_on: Timestamp | None
    claim: str | None = None
    attempted_on: Timestamp | None = None
    """When the attempt was first made whose outcome is open."""
    failures: int = 0
    """How many attempts have certainly failed."""
    message_id: str | None = None
    """The id of the last attempt, by which the service reports of it."""
    state: State = State.WAITING
    reason: str | None = None
    reported_on: Timestamp | None = None
    """When that was so which the service has reported last."""
    ttl: int = _FOR_EVER

    @property
    def attempt_id(self) -> UUID:
        """The same for the same attempt, whoever makes it."""
        return uuid5(_ATTEMPTS, "/".join((*self.key, self.id, str(self.failures))))

    def is_late(self, now: datetime) -> bool:
        return now >= self.expires_on

    @property
    def is_open(self) -> bool:
        """Whether an attempt was made of which nobody knows yet what came."""
        return self.attempted_on is not None

    @property
    def tried_until(self) -> datetime:
        return max(self.expires_on, self.created_on + TRIED_FOR)

    def is_given_up(self, now: datetime) -> bool:
        """Whether nothing came of an attempt long after the last one should have been made."""
        return self.is_open and now >= self.tried_until + _GRACE

    def claimed(self, now: datetime) -> tuple[Self, Attempt]:
        """To be written before the attempt is made. It is due again when the claim has lapsed."""
        first_on = self.attempted_on or now
        attempt = Attempt(self.attempt_id, first_on, is_repeat=self.is_open, is_late=self.is_late(now))
        changes = {"claim": str(ULID()), "due_on": now + CLAIM_LASTS, "attempted_on": first_on}
        return self.model_copy(update={"message_id": str(attempt.id), **changes}), attempt

    def reported(self, state: State, on: datetime, reason: str | None) -> Self | None:
        """What becomes of it by the service's report, which may come again, and late; None for nothing new."""
        if self.reported_on and (on, state) <= (self.reported_on, self.state):
            return None
        return self.settled(state, reason).model_copy(update={"reported_on": on})

    def settled(self, state: State, reason: str | None = None) -> Self:
        """It is over; the document goes when nobody asks for it any more."""
        changes = {"state": state, "reason": reason, "ttl": int(KEPT_FOR.total_seconds())}
        return self.model_copy(update={"claim": None, "due_on": None, **changes})

    def after(self, outcome: Outcome, now: datetime, random: Random) -> Self:
        """What becomes of it by the outcome of the attempt."""
        if outcome.result in _FINAL:
            return self.settled(_FINAL[outcome.result], outcome.reason)
        if outcome.result is Result.FAILED:
            return self._failed(outcome, now, random)
        # What is open is asked for again, with the same attempt, for as long as there is time; ever more seldom.
        if now >= self.tried_until:
            return self.settled(State.UNCERTAIN, outcome.reason)
        pause = min(max(_ASK_AGAIN_AFTER, (now - (self.attempted_on or now)) / 4), _ASK_AT_LEAST_EVERY)
        again = now + max(pause * (0.8 + 0.4 * random()), min(outcome.retry_after, _ASK_AT_LEAST_EVERY))
        return self.model_copy(update={"claim": None, "due_on": again, "reason": outcome.reason})

    def _failed(self, outcome: Outcome, now: datetime, random: Random) -> Self:
        failures = self.failures + 1
        again = next_attempt(failures, now, self.expires_on, random, outcome.retry_after)
        if again is None:
            return self.settled(State.FAILED, outcome.reason)
        changes = {"failures": failures, "attempted_on": None, "reason": outcome.reason}
        return self.model_copy(update={"claim": None, "due_on": again, **changes})


def notification_id(*parts: str) -> str:
    """The id of what these name: planned twice, it is written once."""
    digest = hashlib.sha256("\0".join(parts).encode()).hexdigest()
    return f"notification_{digest[:40]}"


def lane_of(key: MeetingKey, channel: ChannelName) -> str:
    return f"{key.tenant}/{channel}"
