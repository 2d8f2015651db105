"""Turns events into due cursors, and due cursors into deliveries."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Iterable, Sequence

from function_app.errors import ApiError
from function_app.events.documents import Event
from function_app.lanes import Lanes
from function_app.stores.documents import MeetingKey
from function_app.stores.outcomes import until_it_holds
from function_app.timestamps import Clock
from function_app.together import all_done
from function_app.webhooks.courier import Stores
from function_app.webhooks.cursors import Cursor, cursor_id
from function_app.webhooks.documents import Webhook

_DUE_AT_ONCE = 200

_logger = logging.getLogger("parley.webhooks")


class Dispatch:
    def __init__(self, stores: Stores, lanes: Lanes[Cursor], clock: Clock) -> None:
        self._webhooks, self._deliveries, self._events = stores
        self._lanes = lanes
        self._clock = clock

    async def take(self, events: Iterable[Event]) -> None:
        """Writes down that the events are to be delivered; the deliveries themselves are not waited for.

        Safe to repeat. Raises what the store raises, and then has to be called again with the same events.
        """
        by_tenant: dict[str, dict[MeetingKey, list[Event]]] = defaultdict(lambda: defaultdict(list))
        for event in events:
            by_tenant[event.tenant_id][event.key].append(event)
        await all_done(*(self._take_contained(tenant, meetings) for tenant, meetings in by_tenant.items()))

    async def run_due(self) -> None:
        """Has everything delivered that is due: retries, and what a worker left behind that has died."""
        served = self._lanes.full()
        while True:
            due = await self._deliveries.due(self._clock(), served, _DUE_AT_ONCE)
            for cursor in due:
                self._lanes.offer(cursor)
            if len(due) < _DUE_AT_ONCE:
                return
            # However much is due for these, the others have their turn first; the rest comes with the next tick.
            served |= {cursor.webhook_key for cursor in due}

    async def _take_contained(self, tenant: str, meetings: dict[MeetingKey, list[Event]]) -> None:
        """Raises only what may be otherwise the next time: anything else would hold up all tenants for ever."""
        try:
            await self._take_tenants(tenant, meetings)
        except ApiError:
            raise
        except Exception:
            _logger.exception("events not taken tenant=%s meetings=%s", tenant, [key.meeting for key in meetings])

    async def _take_tenants(self, tenant: str, meetings: dict[MeetingKey, list[Event]]) -> None:
        register = await self._webhooks.of(tenant)
        for key, events in meetings.items():
            for webhook in register.webhooks:
                if _concerns(webhook, events):
                    await self._wake(webhook, key, max(event.sequence for event in events))

    async def _wake(self, webhook: Webhook, key: MeetingKey, latest: int) -> None:
        woken = await until_it_holds(lambda: self._woken(webhook, key, latest))
        if woken and not webhook.disabled:
            self._lanes.offer(woken)

    async def _woken(self, webhook: Webhook, key: MeetingKey, latest: int) -> Cursor | None:
        """The cursor if it is due because of this; None when it knew, or waits for something else."""
        now = self._clock()
        found = await self._deliveries.cursor((key.tenant, webhook.key), cursor_id(key))
        if found is None:
            position = await self._events.last_before(key, webhook.created_on)
            return await self._deliveries.create(Cursor.first(webhook, key, position).woken(latest, now))
        if latest <= found.latest:
            return None
        woken = await self._deliveries.replace(found.woken(latest, now))
        return woken if found.is_due(now) else None


def _concerns(webhook: Webhook, events: Sequence[Event]) -> bool:
    return any(webhook.wants(event.kind) and event.occurred_on >= webhook.created_on for event in events)
