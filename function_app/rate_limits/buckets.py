"""Token buckets, and the port to where they are kept.

A bucket holds up to `burst` tokens and gains `per_second` of them. A request takes one, and has to wait when there is
none.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol


@dataclass(frozen=True)
class Rate:
    """A limit, by the name under which callers see it (`RateLimit-Policy`)."""

    name: str
    per_second: float
    burst: int

    @property
    def window(self) -> int:
        """The seconds in which an empty bucket fills."""
        return math.ceil(self.burst / self.per_second)

    def times(self, factor: float) -> Rate:
        return Rate(self.name, self.per_second * factor, max(1, round(self.burst * factor)))


class Charge(NamedTuple):
    """One token from one bucket: that of `payer` under a rate."""

    rate: Rate
    payer: str


@dataclass(frozen=True)
class Level:
    """What a bucket holds after a request."""

    rate: Rate
    tokens: float

    @property
    def seconds_until_full(self) -> int:
        return max(0, math.ceil((self.rate.burst - self.tokens) / self.rate.per_second))

    @property
    def seconds_until_next(self) -> int:
        return max(1, math.ceil((1 - self.tokens) / self.rate.per_second))


@dataclass(frozen=True)
class Taken:
    """The outcome: `allowed` when every bucket had a token. Otherwise none was taken from any."""

    allowed: bool
    levels: tuple[Level, ...]

    @property
    def retry_after(self) -> int:
        """Whole seconds until every bucket has a token."""
        return max((level.seconds_until_next for level in self.levels if level.tokens < 1), default=1)


class BucketsUnavailableError(Exception):
    """The buckets cannot be reached now."""


class Buckets(Protocol):
    async def take(self, owner: str, charges: Sequence[Charge]) -> Taken:
        """Takes one token for each charge, or none at all; in one round trip.

        `owner` is whom all of the charges concern (a tenant, a node, an address): their buckets are kept together. May
        raise BucketsUnavailableError.
        """
