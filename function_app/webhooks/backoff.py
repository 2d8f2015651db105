"""When a delivery that failed is tried again: after 5 s, then three times as long each time up to 8 h, for 72 h."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

RETRY_FOR = timedelta(hours=72)
_FIRST = timedelta(seconds=5)
_FACTOR = 3.0
_LONGEST = timedelta(hours=8)
_FAILURES_UNTIL_LONGEST = 8

Random = Callable[[], float]
"""A random number from 0 up to 1."""


def next_attempt(
    failures: int, now: datetime, deadline: datetime, random: Random, at_least: timedelta = timedelta()
) -> datetime | None:
    """When to try again after that many failures (1 or more), the last of them now; None when the time is up.

    A pause is shortened or lengthened at random by up to a fifth, so that what failed at once is not tried again at
    once. The last attempt is at the deadline. `at_least` is what the receiver asked for.
    """
    if now >= deadline:
        return None
    pause = min(_FIRST * _FACTOR ** min(failures - 1, _FAILURES_UNTIL_LONGEST), _LONGEST)
    jittered = pause * (0.8 + 0.4 * random())
    return min(now + max(jittered, at_least), deadline)
