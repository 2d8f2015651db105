"""Finds out which tenant an API key belongs to."""

from __future__ import annotations

import hmac
import time
from collections import OrderedDict
from collections.abc import Callable

from function_app.errors import UnauthorizedError
from function_app.stores.tenants import TenantStore
from function_app.tenants.api_keys import ApiKey
from function_app.tenants.callers import Actor, ActorKind, Caller
from function_app.tenants.documents import Tenant
from function_app.tenants.last_use import LastUse
from function_app.timestamps import Clock

CACHE_SECONDS = 30.0
"""The longest time for which a key that was taken away still works, in the processes that did not take it away."""
_CACHE_SIZE = 1000


class Authentication:
    def __init__(
        self,
        store: TenantStore,
        pepper: bytes,
        clock: Clock,
        last_use: LastUse,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._store = store
        self._pepper = pepper
        self._clock = clock
        self._last_use = last_use
        self._monotonic = monotonic
        self._cache: OrderedDict[str, tuple[float, Tenant]] = OrderedDict()

    async def by_api_key(self, credential: str) -> Caller:
        """Whoever holds the live key `credential`. Raises UnauthorizedError."""
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

    def forget(self, tenant: str) -> None:
        """The tenant has changed: it is read again at its next request to this process."""
        self._cache.pop(tenant, None)

    async def find(self, tenant: str) -> Tenant | None:
        """The tenant as it was at most CACHE_SECONDS ago."""
        now = self._monotonic()
        cached = self._cache.get(tenant)
        if cached and now - cached[0] < CACHE_SECONDS:
            return cached[1]
        found = await self._store.find(tenant)
        if found:
            self._remember(now, found)
        else:
            self._cache.pop(tenant, None)
        return found

    def _remember(self, now: float, tenant: Tenant) -> None:
        self._cache[tenant.id] = (now, tenant)
        self._cache.move_to_end(tenant.id)
        if len(self._cache) > _CACHE_SIZE:
            self._cache.popitem(last=False)
