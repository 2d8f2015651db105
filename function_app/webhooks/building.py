"""Builds what delivers and serves webhooks."""

from __future__ import annotations

from datetime import timedelta
from random import SystemRandom
from typing import NamedTuple

from function_app.config import Settings
from function_app.connections import Close
from function_app.lanes import Lanes
from function_app.rate_limits.limits import RateLimits
from function_app.stores.containers import MEETINGS_CONTAINER, TENANTS_CONTAINER, WEBHOOKS_CONTAINER
from function_app.stores.cosmos import Cosmos
from function_app.stores.deliveries import DeliveryStore
from function_app.stores.events import EventStore
from function_app.stores.meetings import MeetingStore
from function_app.stores.webhooks import WebhookStore
from function_app.timestamps import Clock
from function_app.webhooks.addresses import any_socket, public_socket
from function_app.webhooks.courier import Courier, Stores
from function_app.webhooks.dispatch import Dispatch
from function_app.webhooks.messages import Messenger
from function_app.webhooks.redelivery import RedeliveryService
from function_app.webhooks.service import WebhookService
from function_app.webhooks.signatures import SigningSecrets


class BuiltWebhooks(NamedTuple):
    """What was built, and how it ends."""

    service: WebhookService
    redelivery: RedeliveryService
    dispatch: Dispatch
    closing: tuple[Close, ...]


def build_webhooks(
    settings: Settings, cosmos: Cosmos, meetings: MeetingStore, clock: Clock, limits: RateLimits
) -> BuiltWebhooks:
    """Delivery, redelivery and the resource itself."""
    # Imported where it is needed: aiohttp takes a fifth of a second.
    from function_app.webhooks.resolver import OwnThreadsResolver
    from function_app.webhooks.sender import WebhookSender

    stores = Stores(
        WebhookStore(cosmos.container(TENANTS_CONTAINER)),
        DeliveryStore(cosmos.container(WEBHOOKS_CONTAINER)),
        EventStore(cosmos.container(MEETINGS_CONTAINER)),
    )
    timeout = settings.webhook_timeout_seconds
    sender = WebhookSender(
        timeout, any_socket if settings.webhooks_to_private_addresses else public_socket, OwnThreadsResolver()
    )
    messenger = Messenger(sender, _signing_secrets(settings), settings.public_url, clock)
    longest_message = timedelta(seconds=timeout + settings.cosmos_timeout_seconds)
    courier = Courier(stores, messenger, clock, SystemRandom().random, longest_message)
    lanes = Lanes(courier.run)

    async def stop() -> None:
        courier.stop()
        await lanes.close()
        await sender.close()

    service = webhook_service(settings, stores.webhooks, clock)
    redelivery = RedeliveryService(service, stores.deliveries, meetings, messenger, lanes, clock, limits)
    return BuiltWebhooks(service, redelivery, Dispatch(stores, lanes, clock), (stop,))


def webhook_service(settings: Settings, store: WebhookStore, clock: Clock) -> WebhookService:
    """What tenants do with their webhooks, which is all that the bootstrap needs."""
    secrets = _signing_secrets(settings)
    return WebhookService(store, secrets, clock, private_allowed=settings.webhooks_to_private_addresses)


def _signing_secrets(settings: Settings) -> SigningSecrets:
    return SigningSecrets(settings.api_key_pepper.get_secret_value().encode())
