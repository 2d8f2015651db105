"""Limits that outlive their store: while the shared buckets are away, each process counts for itself."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence

from function_app.rate_limits.buckets import Buckets, BucketsUnavailableError, Charge, Taken

_PAUSE_SECONDS = 5.0
"""After a failure, nobody waits for the shared buckets for so long."""

_logger = logging.getLogger("parley.limits")


class BucketsWithFallback:
    def __init__(self, shared: Buckets, own: Buckets, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._shared = shared
        self._own = own
        self._monotonic = monotonic
        self._away = False
        self._ask_again_at = 0.0

    async def take(self, owner: str, charges: Sequence[Charge]) -> Taken:
        """Never raises BucketsUnavailableError."""
        if self._monotonic() >= self._ask_again_at:
            try:
                taken = await self._shared.take(owner, charges)
            except BucketsUnavailableError as error:
                self._note_failure(error)
            else:
                self._note_success()
                return taken
        return await self._own.take(owner, charges)

    def _note_failure(self, error: BucketsUnavailableError) -> None:
        self._ask_again_at = self._monotonic() + _PAUSE_SECONDS
        if not self._away:
            _logger.warning("limits are counted in this process only error=%s", type(error.__cause__).__name__)
        self._away = True

    def _note_success(self) -> None:
        if self._away:
            _logger.info("limits are shared again")
        self._away = False
