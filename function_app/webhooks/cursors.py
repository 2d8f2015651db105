"""How far the events of one meeting have been delivered to one webhook: the durable queue of deliveries.

          woken                        claimed                     delivered to the last
    rest ───────▶ due (dueOn <= now) ─────────▶ claimed (dueOn: when the claim lapses) ─────────▶ rest (no dueOn)
                   ▲                               │
                   └──── failed: put off ──────────┘

A worker claims a due cursor before it sends anything, so no two send one meeting's events to one webhook at a time. A
worker that dies lets its claim lapse, and the cursor is due again. Every write is over the version that was read.

A cursor that is `once` covers one event only: a redelivery, or the retries of an event that the others do not wait for.
It is deleted when it has come to its end.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Literal, Self

from ulid import ULID

from function_app.events.documents import Event
from function_app.stores.documents import MeetingKey, MeetingScoped
from function_app.timestamps import Timestamp
from function_app.webhooks.documents import Webhook

CLAIM_LASTS = timedelta(seconds=60)
"""Renewed with every event. It must be much longer than one message may take."""


class Cursor(MeetingScoped):
    type: Literal["cursor"] = "cursor"
    webhook_key: str
    position: int
    """The sequence of the last event that is dealt with."""
    latest: int
    """The sequence of the last event that is known to have happened."""
    since: Timestamp | None = None
    """What happened before is not for this webhook."""
    failures: int = 0
    """How often the event after `position` has failed."""
    retried_from: Timestamp | None = None
    """From when the 72 hours of an event count that happened before."""
    due_on: Timestamp | None = None
    claim: str | None = None
    rewinds: int = 0
    resumes: int = 0
    """Both are counted for the holder of a claim, who hears in this way that something has changed."""
    once: bool = False

    @classmethod
    def first(cls, webhook: Webhook, key: MeetingKey, position: int) -> Self:
        """For a webhook that has not heard of the meeting; it rests at `position`."""
        return cls(
            id=cursor_id(key),
            tenant_id=key.tenant,
            meeting_id=key.meeting,
            webhook_key=webhook.key,
            position=position,
            latest=position,
            since=webhook.created_on,
        )

    @classmethod
    def redelivery(cls, webhook_key: str, key: MeetingKey, sequence: int, now: datetime) -> Self:
        """For one event, due at once."""
        return cls(
            id=f"once_{ULID()}",
            tenant_id=key.tenant,
            meeting_id=key.meeting,
            webhook_key=webhook_key,
            position=sequence - 1,
            latest=sequence,
            retried_from=now,
            due_on=now,
            once=True,
        )

    @property
    def lane(self) -> str:
        return self.webhook_key

    @property
    def partition(self) -> tuple[str, str]:
        return self.tenant_id, self.webhook_key

    @property
    def is_at_end(self) -> bool:
        return self.position >= self.latest

    def is_due(self, now: datetime) -> bool:
        """Whether it may be claimed when it has something before it: at rest, or its time has come."""
        return self.due_on is None or self.due_on <= now

    def is_for(self, webhook: Webhook, event: Event) -> bool:
        """Whether the event is to be delivered, rather than passed over."""
        is_wanted = webhook.wants(event.kind) and (self.since is None or event.occurred_on >= self.since)
        return is_wanted or self.once

    def woken(self, latest: int, now: datetime) -> Self:
        """Knowing of an event that happened; due at once if it was at rest."""
        return self._with(latest=max(self.latest, latest), due_on=self.due_on or now)

    def rewound(self, position: int, latest: int, now: datetime) -> Self:
        """Back at `position`, whatever is for the webhook. A claim on it stays, and its holder goes on from there."""
        return self._with(
            position=position,
            latest=max(self.latest, latest),
            since=None,
            failures=0,
            retried_from=now,
            due_on=self._due_now(now),
            rewinds=self.rewinds + 1,
        )

    def resumed(self, now: datetime) -> Self:
        """Due at once; the holder of a claim tries again at once what fails or has to wait."""
        return self._with(due_on=self._due_now(now), resumes=self.resumes + 1)

    def claimed(self, now: datetime) -> Self:
        return self._with(claim=str(ULID()), due_on=now + CLAIM_LASTS)

    def passed(self, sequence: int) -> Self:
        """The event is dealt with. Not written by itself: see `gone_on`."""
        return self._with(position=sequence, failures=0)

    def gone_on(self, now: datetime) -> Self:
        """To be written by the holder of the claim after it has passed events: it goes on, or comes to rest."""
        if self.is_at_end:
            return self._with(claim=None, due_on=None)
        return self._with(due_on=now + CLAIM_LASTS)

    def put_off(self, until: datetime, failures: int | None = None) -> Self:
        """Without a claim, and due again at `until`."""
        return self._with(claim=None, due_on=until, failures=self.failures if failures is None else failures)

    def retries_of(self, event: Event, due_on: datetime) -> Self:
        """A cursor for the retries of this event alone, which has failed once."""
        once = self.redelivery(self.webhook_key, self.key, event.sequence, due_on)
        return once.model_copy(update={"retried_from": self.retried_from, "failures": 1})

    def _due_now(self, now: datetime) -> datetime:
        """`now`, unless somebody has a claim that must not be cut short."""
        return self.due_on if self.claim and self.due_on else now

    def _with(self, **changes: object) -> Self:
        return self.model_copy(update=changes)


def cursor_id(key: MeetingKey) -> str:
    """The id of the cursor that follows the meeting, in the webhook's partition."""
    return f"cursor_{key.meeting}"
