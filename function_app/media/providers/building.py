"""Builds the media providers that the settings name."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from function_app.config import Settings
from function_app.connections import Close, key_or_identity, text_of
from function_app.media.providers.choice import MediaProviders
from function_app.media.providers.names import MediaProviderName
from function_app.media.providers.port import MediaProvider
from function_app.media.providers.sfu import SfuProvider
from function_app.tenants.documents import TenantsChoice
from function_app.timestamps import Clock


class BuiltMedia(NamedTuple):
    """What was built, and how it ends."""

    providers: MediaProviders
    close: Close


def build_media_providers(settings: Settings, sfu: SfuProvider, of_tenant: TenantsChoice, clock: Clock) -> BuiltMedia:
    """The SFU, and whatever else the settings name."""
    closing: list[Close] = []
    timeout = settings.media_provider_timeout_seconds

    def acs() -> MediaProvider:
        # These two are imported at their first session: their clients take half a second each.
        from function_app.media.providers.acs import AcsProvider

        made = AcsProvider(settings.acs_endpoint or "", key_or_identity(settings.acs_key), timeout, clock)
        closing.append(made.close)
        return made

    def livekit() -> MediaProvider:
        from function_app.media.providers.livekit import LiveKitProvider

        key, secret = settings.livekit_api_key or "", text_of(settings.livekit_api_secret) or ""
        made = LiveKitProvider(settings.livekit_url or "", key, secret, timeout, clock)
        closing.append(made.close)
        return made

    others: dict[MediaProviderName, Callable[[], MediaProvider]] = {}
    if settings.acs_endpoint:
        others[MediaProviderName.ACS] = acs
    if settings.livekit_url:
        others[MediaProviderName.LIVEKIT] = livekit

    async def close() -> None:
        for each in closing:
            await each()

    return BuiltMedia(MediaProviders(sfu, others, of_tenant), close)
