"""Finds out which tenant an API key belongs to."""

from __future__ import annotations

import hmac
import time
from collections import OrderedDict
from collections.abc import Callable

from function_app.errors import UnauthorizedError
from function_app.stores.tenants import TenantStore
from function_app.tenants.api_keys import ApiKey
from function_app.tenants.documents import Tenant

CACHE_SECONDS = 30.0
"""The longest time for which a key that was taken away still works."""
_CACHE_SIZE = 1000


class TenantService:
    def __init__(self, store: TenantStore, pepper: bytes, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._store = store
        self._pepper = pepper
        self._monotonic = monotonic
        self._cache: OrderedDict[str, tuple[float, Tenant]] = OrderedDict()

    async def authenticate(self, credential: str) -> str:
        """The id of the tenant whose live key `credential` is. Raises UnauthorizedError."""
        key = ApiKey.parse(credential)
        if key is None or not key.is_genuine(self._pepper):
            raise UnauthorizedError
        tenant = await self._find(key.tenant)
        if tenant is None:
            raise UnauthorizedError
        digest = key.digest(self._pepper)
        # Every key is compared, so that the time does not tell which of them matched.
        matches = [hmac.compare_digest(digest, stored.digest) for stored in tenant.keys]
        if not any(matches):
            raise UnauthorizedError
        return tenant.id

    async def _find(self, tenant: str) -> Tenant | None:
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
