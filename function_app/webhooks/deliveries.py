"""The delivery log, and what the outcome of a message leads to."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Literal, NamedTuple

from function_app.events.catalogue import EventType
from function_app.events.documents import Event
from function_app.stores.documents import MeetingScoped
from function_app.timestamps import Timestamp
from function_app.webhooks.backoff import RETRY_FOR, Random, next_attempt
from function_app.webhooks.cursors import Cursor
from function_app.webhooks.documents import Ordering
from function_app.webhooks.outcomes import Failure, Outcome
from parley_protocol.ids import new_id

LOGGED_FOR = timedelta(days=7)
DEAD_LETTERS_KEPT_FOR = timedelta(days=30)
LOOK_AT_DISABLED_EVERY = timedelta(hours=1)
"""How often a cursor is looked at whose webhook is disabled; enabling the webhook makes it due at once."""


class DeliveryStatus(StrEnum):
    DELIVERED = "delivered"
    FAILED = "failed"
    """It is tried again, unless the webhook has been disabled."""
    DEAD_LETTERED = "deadLettered"
    """It has failed for 72 hours and is not tried again, except by `:redeliver` and `:replay`."""


class Delivery(MeetingScoped):
    """One attempt to deliver an event."""

    type: Literal["delivery"] = "delivery"
    webhook_key: str
    sequence: int
    event_id: str
    event_type: EventType
    attempt: int
    """Counts the attempts at this event from 1."""
    status: DeliveryStatus
    response_status: int | None
    failure: Failure | None
    duration_milliseconds: int
    attempted_on: Timestamp
    next_attempt_on: Timestamp | None
    ttl: int


class Settlement(NamedTuple):
    """What to write, all at once, when a message has come to its end."""

    cursor: Cursor
    delivery: Delivery | None = None
    retries: Cursor | None = None
    """A cursor of its own for an event that others do not wait for."""


def settle(
    cursor: Cursor, event: Event, outcome: Outcome, ordering: Ordering, now: datetime, random: Random
) -> Settlement:
    """What becomes of the cursor at `event`, which is the one after its position."""
    if outcome.failure is None:
        return _settled(cursor.passed(event.sequence).gone_on(now), cursor, event, outcome, now)
    attempts = cursor.failures + 1
    if outcome.failure is Failure.GONE:
        later = now + LOOK_AT_DISABLED_EVERY
        return _settled(cursor.put_off(later, attempts), cursor, event, outcome, now, later)
    deadline = max(event.occurred_on, cursor.retried_from or event.occurred_on) + RETRY_FOR
    again = next_attempt(attempts, now, deadline, random, outcome.retry_after)
    if again is None:
        return _settled(cursor.passed(event.sequence).gone_on(now), cursor, event, outcome, now)
    if ordering is Ordering.NONE and not cursor.once:
        passed = cursor.passed(event.sequence).gone_on(now)
        return _settled(passed, cursor, event, outcome, now, again)._replace(retries=cursor.retries_of(event, again))
    return _settled(cursor.put_off(again, attempts), cursor, event, outcome, now, again)


def _settled(
    after: Cursor, before: Cursor, event: Event, outcome: Outcome, now: datetime, again: datetime | None = None
) -> Settlement:
    if outcome.failure is None:
        status = DeliveryStatus.DELIVERED
    else:
        status = DeliveryStatus.FAILED if again else DeliveryStatus.DEAD_LETTERED
    kept = DEAD_LETTERS_KEPT_FOR if status is DeliveryStatus.DEAD_LETTERED else LOGGED_FOR
    delivery = Delivery(
        id=new_id("dlv"),
        tenant_id=event.tenant_id,
        meeting_id=event.meeting_id,
        webhook_key=before.webhook_key,
        sequence=event.sequence,
        event_id=event.public_id,
        event_type=event.kind,
        attempt=before.failures + 1,
        status=status,
        response_status=outcome.status,
        failure=outcome.failure,
        duration_milliseconds=round(outcome.duration / timedelta(milliseconds=1)),
        attempted_on=now - outcome.duration,
        next_attempt_on=again,
        ttl=int(kept.total_seconds()),
    )
    return Settlement(after, delivery)
