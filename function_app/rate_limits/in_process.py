"""The buckets of a single process."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Sequence

from function_app.rate_limits.buckets import Charge, Level, Taken

_REMEMBERED = 10_000

_Key = tuple[str, str, str]


class InProcessBuckets:
    """Memory is bounded: the buckets that were not used for longest are forgotten, which is to say full."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic, remembered: int = _REMEMBERED) -> None:
        self._monotonic = monotonic
        self._remembered = remembered
        self._buckets: OrderedDict[_Key, tuple[float, float]] = OrderedDict()
        """Each bucket's tokens, and when it held them."""

    def __len__(self) -> int:
        return len(self._buckets)

    async def take(self, owner: str, charges: Sequence[Charge]) -> Taken:
        now = self._monotonic()
        tokens = [self._tokens(owner, charge, now) for charge in charges]
        allowed = all(held >= 1 for held in tokens)
        levels = tuple(
            Level(charge.rate, held - 1 if allowed else held) for charge, held in zip(charges, tokens, strict=True)
        )
        for charge, level in zip(charges, levels, strict=True):
            self._keep(_key(owner, charge), level.tokens, now)
        return Taken(allowed, levels)

    def _tokens(self, owner: str, charge: Charge, now: float) -> float:
        rate = charge.rate
        held, at = self._buckets.get(_key(owner, charge), (float(rate.burst), now))
        return min(float(rate.burst), held + (now - at) * rate.per_second)

    def _keep(self, key: _Key, tokens: float, now: float) -> None:
        self._buckets[key] = (tokens, now)
        self._buckets.move_to_end(key)
        if len(self._buckets) > self._remembered:
            self._buckets.popitem(last=False)


def _key(owner: str, charge: Charge) -> _Key:
    return owner, charge.rate.name, charge.payer
