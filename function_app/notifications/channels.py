"""The channels that the settings name, each made when it is first used: their libraries take a while to import."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from function_app.config import Settings
from function_app.connections import key_or_identity, text_of
from function_app.notifications.port import ChannelName, NotificationChannel
from function_app.timestamps import Clock
from function_app.webhooks.addresses import any_socket, public_socket

Make = Callable[[], NotificationChannel]


class Channels:
    def __init__(self, makers: Mapping[ChannelName, Make]) -> None:
        self._makers = makers
        self._made: dict[ChannelName, NotificationChannel] = {}

    @property
    def names(self) -> frozenset[ChannelName]:
        return frozenset(self._makers)

    def of(self, name: ChannelName) -> NotificationChannel:
        if name not in self._made:
            self._made[name] = self._makers[name]()
        return self._made[name]

    async def close(self) -> None:
        for channel in self._made.values():
            await channel.close()
        self._made.clear()


def configured_channels(settings: Settings, clock: Clock) -> Channels:
    """Those that have what they need in the settings."""
    makers: dict[ChannelName, Make] = {}
    endpoint, timeout = settings.acs_endpoint, settings.notification_timeout_seconds
    if endpoint and (email_sender := settings.email_sender):
        makers[ChannelName.EMAIL] = lambda: _email(settings, endpoint, email_sender, timeout, clock)
    if endpoint and (sms_sender := settings.sms_sender):
        makers[ChannelName.SMS] = lambda: _sms(settings, endpoint, sms_sender, timeout, clock)
    if settings.web_push_key:
        makers[ChannelName.PUSH] = lambda: _push(settings, timeout, clock)
    return Channels(makers)


def _email(settings: Settings, endpoint: str, sender: str, timeout: float, clock: Clock) -> NotificationChannel:
    from function_app.notifications.acs_email import AcsEmailChannel

    return AcsEmailChannel(endpoint, key_or_identity(settings.acs_key), sender, timeout, clock)


def _sms(settings: Settings, endpoint: str, sender: str, timeout: float, clock: Clock) -> NotificationChannel:
    from function_app.notifications.acs_sms import AcsSmsChannel

    return AcsSmsChannel(endpoint, key_or_identity(settings.acs_key), sender, timeout, clock)


def _push(settings: Settings, timeout: float, clock: Clock) -> NotificationChannel:
    from function_app.notifications.web_push import VapidKey, WebPushChannel
    from function_app.webhooks.resolver import OwnThreadsResolver
    from function_app.webhooks.sender import WebhookSender

    make_socket = any_socket if settings.webhooks_to_private_addresses else public_socket
    sender = WebhookSender(timeout, make_socket, OwnThreadsResolver())
    key = VapidKey((text_of(settings.web_push_key) or "").encode())
    return WebPushChannel(key, settings.web_push_contact or settings.public_url, sender, sender.close, clock)
