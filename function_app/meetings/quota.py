"""How many meetings a tenant may have, and how fast it may make them."""

from __future__ import annotations

import time
from collections.abc import Callable

from function_app.errors import TooManyMeetingsError
from function_app.rate_limits.limits import MEETINGS, RateLimits
from function_app.stores.meetings import MeetingStore
from function_app.tenants.kept import Kept

MAXIMUM_MEETINGS = 100_000
_COUNTED_FOR_SECONDS = 60.0
"""What a count says holds for so long: in between a tenant makes no more than its rate allows."""
_TENANTS_COUNTED = 1000


class MeetingQuota:
    def __init__(
        self, store: MeetingStore, limits: RateLimits, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._store = store
        self._limits = limits
        self._counts = Kept[int](_COUNTED_FOR_SECONDS, _TENANTS_COUNTED, monotonic)

    async def check(self, tenant: str) -> None:
        """To be called before a meeting is made. Raises TooManyRequestsError and TooManyMeetingsError."""
        await self._limits.charge(MEETINGS, tenant)
        count = self._counts.get(tenant)
        if count is None:
            count = await self._store.count(tenant)
            self._counts.put(tenant, count)
        if count >= MAXIMUM_MEETINGS:
            self._counts.forget(tenant)  # Whoever has deleted some is let in at once.
            raise TooManyMeetingsError
