"""Finds out which tenant a credential belongs to: an API key, or an access token of the tenant's directory."""

from __future__ import annotations

import hmac
import time
from collections.abc import Callable

from function_app.directories.applications import Applications
from function_app.directories.tokens import is_directory_token
from function_app.errors import UnauthorizedError
from function_app.stores.directories import DirectoryStore
from function_app.stores.tenants import TenantStore
from function_app.tenants.api_keys import COMMON_PREFIX, ApiKey
from function_app.tenants.callers import Actor, ActorKind, Caller
from function_app.tenants.documents import Tenant, TenantSettings
from function_app.tenants.kept import Kept
from function_app.tenants.last_use import LastUse
from function_app.timestamps import Clock

CACHE_SECONDS = 30.0
"""The longest time for which a key that was taken away still works, in the processes that did not take it away."""
_CACHE_SIZE = 1000


class Authentication:
    """`applications` verifies access tokens; None where none are taken."""

    def __init__(
        self,
        store: TenantStore,
        directories: DirectoryStore,
        applications: Applications | None,
        pepper: bytes,
        clock: Clock,
        last_use: LastUse,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._store = store
        self._directories = directories
        self._applications = applications
        self._pepper = pepper
        self._clock = clock
        self._last_use = last_use
        self._tenants = Kept[Tenant](CACHE_SECONDS, _CACHE_SIZE, monotonic)
        self._owners = Kept[str](CACHE_SECONDS, _CACHE_SIZE, monotonic)

    async def by_credential(self, credential: str) -> Caller:
        """Whoever holds it. Raises UnauthorizedError, NotAllowedError and IssuerUnavailableError."""
        if credential.startswith(COMMON_PREFIX) or not is_directory_token(credential):
            return await self._by_api_key(credential)
        return await self._by_access_token(credential)

    async def _by_api_key(self, credential: str) -> Caller:
        key = ApiKey.parse(credential)
        if key is None or not key.is_genuine(self._pepper):
            raise UnauthorizedError
        tenant = await self.find(key.tenant)
        if tenant is None:
            raise UnauthorizedError
        digest = key.digest(self._pepper)
        # Every key is compared, so that the time does not tell which of them matched.
        live = tenant.live_keys(self._clock())
        matching = [stored for stored in live if hmac.compare_digest(digest, stored.digest)]
        if not matching:
            raise UnauthorizedError
        [stored] = matching
        self._last_use.note(tenant.id, stored.id)
        return Caller(tenant.id, Actor(kind=ActorKind.API_KEY, id=stored.id), stored.role)

    async def _by_access_token(self, token: str) -> Caller:
        if self._applications is None:
            raise UnauthorizedError
        application = await self._applications.verify(token)
        tenant = await self.of_directory(application.directory)
        if tenant is None:
            raise UnauthorizedError("The token's directory belongs to no tenant.")
        return Caller(tenant.id, Actor(kind=ActorKind.APPLICATION, id=application.client), application.role)

    async def of_directory(self, directory: str) -> Tenant | None:
        """The tenant to whom the directory belongs, as it was at most CACHE_SECONDS ago."""
        kept = self._owners.get(directory)
        tenant = await self._linked(kept, directory) if kept else None
        if tenant:
            return tenant
        owner = await self._directories.find(directory)
        if owner is None:
            return None
        self._owners.put(directory, owner.owner)
        return await self._linked(owner.owner, directory)

    def forget(self, tenant: str) -> None:
        """The tenant has changed: it is read again at its next request to this process."""
        self._tenants.forget(tenant)

    async def _linked(self, tenant: str, directory: str) -> Tenant | None:
        """Both must say so: a link that was half made or half undone is none."""
        found = await self.find(tenant)
        return found if found and found.directory == directory else None

    async def settings(self, tenant: str) -> TenantSettings:
        """What the tenant has chosen, as it was at most CACHE_SECONDS ago; the defaults of one that is gone."""
        found = await self.find(tenant)
        return found.settings if found else TenantSettings()

    async def find(self, tenant: str) -> Tenant | None:
        """The tenant as it was at most CACHE_SECONDS ago."""
        kept = self._tenants.get(tenant)
        if kept:
            return kept
        found = await self._store.find(tenant)
        if found:
            self._tenants.put(tenant, found)
        return found
