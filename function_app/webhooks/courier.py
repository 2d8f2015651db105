"""Carries the events that a cursor has before it to the webhook, one after another."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import timedelta
from typing import NamedTuple

from function_app.events.documents import Event
from function_app.stores.deliveries import DeliveryStore
from function_app.stores.events import EventStore
from function_app.stores.outcomes import ChangedError, StoreRaceError, until_it_holds
from function_app.stores.webhooks import WebhookStore
from function_app.timestamps import Clock
from function_app.webhooks.backoff import Random
from function_app.webhooks.cursors import Cursor
from function_app.webhooks.deliveries import LOOK_AT_DISABLED_EVERY, Settlement, settle
from function_app.webhooks.documents import DisabledReason, Webhook, WebhookRegister
from function_app.webhooks.messages import Messenger
from function_app.webhooks.outcomes import Failure

_EVENTS_AT_ONCE = 50
_REPLICA_LAGS = timedelta(seconds=2)
"""How long an event may be known from the change feed before every replica has it."""

_logger = logging.getLogger("parley.webhooks")


class Stores(NamedTuple):
    webhooks: WebhookStore
    deliveries: DeliveryStore
    events: EventStore


class Courier:
    """`longest_message` is how long one message may take; a claim that would lapse sooner is let go of instead."""

    def __init__(
        self, stores: Stores, messenger: Messenger, clock: Clock, random: Random, longest_message: timedelta
    ) -> None:
        self._webhooks, self._deliveries, self._events = stores
        self._messenger = messenger
        self._clock = clock
        self._random = random
        self._longest_message = longest_message
        self._is_stopping = False

    def stop(self) -> None:
        """From now on a run ends with the message that is under way, and leaves the rest to whoever comes next."""
        self._is_stopping = True

    async def run(self, due: Cursor) -> None:
        """Delivers until the cursor is at its end, an event fails, or somebody else has the cursor.

        Raises StoreUnavailableError and TooManyRequestsError; the cursor is then due again when its claim has lapsed.
        """
        try:
            cursor: Cursor | None = await self._deliveries.replace(due.claimed(self._clock()))
        except StoreRaceError:
            return  # Somebody else has claimed it, or it has changed and is looked at again.
        while cursor is not None:
            cursor = await self._deliver_page(cursor)

    async def _deliver_page(self, cursor: Cursor) -> Cursor | None:
        """The cursor to go on with, still claimed; None when this run is over."""
        webhook = (await self._webhooks.of(cursor.tenant_id)).with_key(cursor.webhook_key)
        if webhook is None:
            await self._forget(cursor)
            return None
        if webhook.disabled:
            return await self._put_off(cursor, LOOK_AT_DISABLED_EVERY)
        events = await self._events.after(cursor.key, cursor.position, cursor.latest, _EVENTS_AT_ONCE)
        at = cursor
        for sequence in range(cursor.position + 1, min(cursor.position + _EVENTS_AT_ONCE, cursor.latest) + 1):
            if sequence not in events:
                return await self._put_off(at, _REPLICA_LAGS)
            event = events[sequence]
            if event is None or not at.is_for(webhook, event):
                at = at.passed(sequence)
                continue
            if self._is_stopping:
                return await self._put_off(at, timedelta())
            settled = await self._deliver(at, webhook, event)
            if settled is None or settled.position != sequence:
                return settled
            at = settled
        # Passing over events is written down only here.
        return await self._write(at, lambda latest: Settlement(latest.gone_on(self._clock())), stands=True)

    async def _deliver(self, cursor: Cursor, webhook: Webhook, event: Event) -> Cursor | None:
        now = self._clock()
        if cursor.due_on is None or now + self._longest_message >= cursor.due_on:
            return None
        outcome = await self._messenger.tell(webhook, event)
        _logger.info(
            "webhook told tenant=%s webhook=%s event=%s failure=%s status=%s",
            event.tenant_id,
            webhook.id,
            event.public_id,
            outcome.failure,
            outcome.status,
        )
        if outcome.failure is Failure.GONE:
            await self._disable(event.tenant_id, webhook)
        now = self._clock()
        return await self._write(
            cursor,
            lambda latest: settle(latest, event, outcome, webhook.ordering, now, self._random),
            stands=outcome.failure is None,
        )

    async def _write(self, cursor: Cursor, decide: Callable[[Cursor], Settlement], *, stands: bool) -> Cursor | None:
        """Writes what `decide` makes of the cursor; the cursor as written if it is still claimed.

        Between, it may have been woken, which is taken along; rewound, and then this run goes on from there; resumed,
        and then it does so too unless the decision `stands`; or claimed by somebody else after the claim had lapsed,
        and then this run is over.
        """
        held = cursor

        async def attempt() -> Cursor | None:
            nonlocal held
            try:
                return await self._deliveries.settle(decide(held))
            except StoreRaceError:
                fresh = await self._deliveries.cursor(cursor.partition, cursor.id)
            if fresh is None or fresh.claim != cursor.claim:
                return None
            if fresh.rewinds != cursor.rewinds or (fresh.resumes != cursor.resumes and not stands):
                return fresh
            held = held.model_copy(update={name: getattr(fresh, name) for name in ("latest", "resumes", "etag")})
            raise ChangedError

        written = await until_it_holds(attempt)
        return written if written and written.claim else None

    async def _put_off(self, cursor: Cursor, pause: timedelta) -> Cursor | None:
        return await self._write(cursor, lambda latest: Settlement(latest.put_off(self._clock() + pause)), stands=False)

    async def _forget(self, cursor: Cursor) -> None:
        """Its webhook is no more."""
        try:
            await self._deliveries.delete(cursor)
        except StoreRaceError:
            return  # It is looked at again.

    async def _disable(self, tenant: str, webhook: Webhook) -> None:
        def disabled(register: WebhookRegister) -> WebhookRegister:
            found = register.with_key(webhook.key)
            if found is None or found.disabled or found.url != webhook.url:
                return register
            return register.saved(found.changed(self._clock(), disabled=DisabledReason.GONE))

        await self._webhooks.change(tenant, disabled)
