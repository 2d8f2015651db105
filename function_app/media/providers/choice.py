"""Who carries a session, and where: the meeting's choice, else the tenant's; a session that runs stays where it is."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from function_app.errors import MediaProviderNotConfiguredError
from function_app.media.providers.names import MediaProviderName
from function_app.media.providers.port import MediaProvider
from function_app.tenants.documents import TenantsChoice


class MediaProviders:
    """`others` are made when first asked for: a process without their sessions imports no client."""

    def __init__(
        self,
        sfu: MediaProvider,
        others: Mapping[MediaProviderName, Callable[[], MediaProvider]],
        of_tenant: TenantsChoice,
    ) -> None:
        self._made: dict[MediaProviderName, MediaProvider] = {MediaProviderName.SFU: sfu}
        self._others = others
        self._of_tenant = of_tenant

    async def choose(self, tenant: str, of_meeting: MediaProviderName | None) -> MediaProviderName:
        return of_meeting or (await self._of_tenant(tenant)).default_media_provider

    async def regions(self, tenant: str, of_meeting: Sequence[str]) -> Sequence[str]:
        """Where a session may be carried, the best first; none mean anywhere."""
        return of_meeting or (await self._of_tenant(tenant)).regions or ()

    def named(self, name: MediaProviderName) -> MediaProvider:
        """Raises MediaProviderNotConfiguredError where this installation does not have it."""
        made = self._made.get(name)
        if made is None:
            make = self._others.get(name)
            if make is None:
                raise MediaProviderNotConfiguredError(f"The media provider {name} is not set up here.")
            made = self._made[name] = make()
        return made
