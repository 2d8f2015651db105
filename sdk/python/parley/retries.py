"""When a call is tried again, and after how long."""

from __future__ import annotations

import random
from dataclasses import dataclass

import httpx

from parley.errors import retry_after

_PASSING = frozenset({408, 429, 500, 502, 503, 504})
_NOT_DONE = frozenset({429})
"""With these it is certain that nothing was done."""

Outcome = httpx.Response | httpx.TransportError


@dataclass(frozen=True)
class Retries:
    """At most `most` further attempts, after waits that double from `first_delay`, each shorter by up to a half.

    Where the API says how long to wait (`Retry-After`), that holds; if that is longer than `longest_delay`, the error
    is raised at once. All in seconds.
    """

    most: int = 3
    first_delay: float = 0.5
    longest_delay: float = 30.0

    def delay(self, outcome: Outcome, attempt: int, *, repeatable: bool) -> float | None:
        """How long to wait before trying again after the attempt of this number, from 0; None for not at all."""
        if attempt >= self.most or not _may_pass(outcome, repeatable=repeatable):
            return None
        asked = retry_after(outcome) if isinstance(outcome, httpx.Response) else None
        if asked is not None:
            return asked if asked <= self.longest_delay else None
        longest: float = min(self.longest_delay, self.first_delay * 2**attempt)
        return longest * random.uniform(0.5, 1)  # noqa: S311 no secret


def _may_pass(outcome: Outcome, *, repeatable: bool) -> bool:
    if isinstance(outcome, httpx.TransportError):
        return repeatable or isinstance(outcome, httpx.ConnectError | httpx.ConnectTimeout)
    return outcome.status_code in (_PASSING if repeatable else _NOT_DONE)
