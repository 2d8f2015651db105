"""A token bucket: so many at once, so many a second."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rate:
    per_second: float
    burst: int


class TokenBucket:
    """Counts what one sender may still send; time comes from outside, in seconds."""

    __slots__ = ("_last", "_rate", "_tokens")

    def __init__(self, rate: Rate, now: float) -> None:
        self._rate = rate
        self._tokens = float(rate.burst)
        self._last = now

    def take(self, now: float) -> bool:
        """Take one token; False when there is none."""
        elapsed = max(0.0, now - self._last)
        self._last = now
        self._tokens = min(float(self._rate.burst), self._tokens + elapsed * self._rate.per_second)
        if self._tokens < 1:
            return False
        self._tokens -= 1
        return True


class RateLimiter:
    """A bucket for each sender, for the senders last heard from."""

    def __init__(self, rate: Rate, max_senders: int = 10_000) -> None:
        self._rate = rate
        self._max_senders = max_senders
        self._buckets: OrderedDict[str, TokenBucket] = OrderedDict()

    def take(self, sender: str, now: float) -> bool:
        bucket = self._buckets.get(sender)
        if bucket is None:
            bucket = self._buckets[sender] = TokenBucket(self._rate, now)
            if len(self._buckets) > self._max_senders:
                self._buckets.popitem(last=False)
        self._buckets.move_to_end(sender)
        return bucket.take(now)
