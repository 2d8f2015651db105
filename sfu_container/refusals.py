"""What the node did not do although it was asked: counted, logged, and answered at a bounded rate."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable

from sfu_container.errors import SignallingFailure
from sfu_container.rate_limit import Rate, RateLimiter

logger = logging.getLogger(__name__)

ERROR_RATE = Rate(per_second=2, burst=40)


class Refusals:
    def __init__(self, clock: Callable[[], float]) -> None:
        self.counts: Counter[str] = Counter()
        """Messages and requests by the code of their refusal."""
        self._clock = clock
        self._limiter = RateLimiter(ERROR_RATE)

    def note(self, error: Exception, who: str, request_id: str | None) -> None:
        """Count and log a message that was not done; anything but a SignallingFailure is a bug."""
        if isinstance(error, SignallingFailure):
            self.counts[error.code] += 1
            logger.info("refused %s request=%s code=%s: %s", who, request_id, error.code, error)
        else:
            self.counts["Internal"] += 1
            logger.error("failed %s request=%s", who, request_id, exc_info=error)

    def may_answer(self, sender: str) -> bool:
        """Whether an error may be told to this sender now; a flood of bad messages is not answered one by one."""
        return self._limiter.take(sender, self._clock())
