"""What tenants ask of deliveries: the log, a test, an event or a meeting's events once more, and to go on."""

from __future__ import annotations

from functools import partial

from function_app.errors import (
    DeliveryNotFoundError,
    InvalidRequestError,
    MeetingNotFoundError,
)
from function_app.lanes import Lanes
from function_app.rate_limits.limits import REDELIVERIES, RateLimits
from function_app.stores.deliveries import DeliveryStore
from function_app.stores.documents import MeetingKey
from function_app.stores.meetings import MeetingStore
from function_app.stores.outcomes import until_it_holds
from function_app.timestamps import Clock
from function_app.webhooks.cursors import Cursor, cursor_id
from function_app.webhooks.deliveries import Delivery, DeliveryStatus
from function_app.webhooks.documents import Webhook
from function_app.webhooks.messages import Messenger
from function_app.webhooks.outcomes import Outcome
from function_app.webhooks.service import WebhookService


class RedeliveryService:
    def __init__(
        self,
        webhooks: WebhookService,
        deliveries: DeliveryStore,
        meetings: MeetingStore,
        messenger: Messenger,
        lanes: Lanes[Cursor],
        clock: Clock,
        limits: RateLimits,
    ) -> None:
        self._webhooks = webhooks
        self._deliveries = deliveries
        self._meetings = meetings
        self._messenger = messenger
        self._lanes = lanes
        self._clock = clock
        self._limits = limits

    async def log(
        self, tenant: str, webhook: Webhook, status: DeliveryStatus | None, size: int, continuation: str | None
    ) -> tuple[list[Delivery], str | None]:
        """A page of the attempts, newest first, and the continuation of the next."""
        return await self._deliveries.log((tenant, webhook.key), status, size, continuation)

    async def test(self, tenant: str, webhook: str) -> Outcome:
        """Sends a test event now, also to a webhook that is disabled. Raises WebhookNotFoundError."""
        await self._check_rate(tenant)
        return await self._messenger.test(tenant, await self._webhooks.get(tenant, webhook))

    async def redeliver(self, tenant: str, webhook: str, delivery: str) -> None:
        """Delivers the event of that delivery once more, beside whatever else is under way.

        Raises WebhookNotFoundError and DeliveryNotFoundError.
        """
        await self._check_rate(tenant)
        found = await self._webhooks.get(tenant, webhook)
        former = await self._deliveries.delivery((tenant, found.key), delivery)
        if former is None:
            raise DeliveryNotFoundError
        cursor = Cursor.redelivery(found.key, former.key, former.sequence, self._clock())
        self._lanes.offer(await self._deliveries.create(cursor))

    async def replay(self, webhook: str, key: MeetingKey, from_sequence: int) -> None:
        """Delivers the meeting's events from that one on again, in order; newer ones follow.

        Raises WebhookNotFoundError, MeetingNotFoundError, and InvalidRequestError when there is no such event yet.
        """
        await self._check_rate(key.tenant)
        found = await self._webhooks.get(key.tenant, webhook)
        meeting = await self._meetings.find(key)
        if meeting is None:
            raise MeetingNotFoundError(target="/meeting")
        last = meeting.event_sequence
        if from_sequence > last:
            raise InvalidRequestError.parameter("/fromSequence", f"The meeting's last event is number {last}.")
        self._offer(await until_it_holds(lambda: self._rewound(found, key, from_sequence - 1, last)))

    async def resume(self, tenant: str, webhook: Webhook) -> None:
        """Has everything delivered now that waits for a later attempt: the webhook has been mended or enabled."""
        async for cursor in self._deliveries.behind((tenant, webhook.key)):
            resumed = await until_it_holds(partial(self._resumed, cursor))
            if resumed:
                self._offer(resumed)

    async def forget(self, tenant: str, webhook: Webhook) -> None:
        """Gives up what is on its way to a webhook that was deleted."""
        await until_it_holds(lambda: self._deliveries.forget((tenant, webhook.key)))

    async def _resumed(self, behind: Cursor) -> Cursor | None:
        """None when the cursor is at its end for good."""
        found = await self._deliveries.cursor(behind.partition, behind.id)
        return await self._deliveries.replace(found.resumed(self._clock())) if found else None

    async def _rewound(self, webhook: Webhook, key: MeetingKey, position: int, latest: int) -> Cursor:
        found = await self._deliveries.cursor((key.tenant, webhook.key), cursor_id(key))
        now = self._clock()
        if found is None:
            return await self._deliveries.create(Cursor.first(webhook, key, position).rewound(position, latest, now))
        return await self._deliveries.replace(found.rewound(position, latest, now))

    def _offer(self, cursor: Cursor) -> None:
        if cursor.is_due(self._clock()):
            self._lanes.offer(cursor)

    async def _check_rate(self, tenant: str) -> None:
        await self._limits.charge(REDELIVERIES, tenant)
