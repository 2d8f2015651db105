"""How long to wait before the next attempt."""

from __future__ import annotations

import random
from collections.abc import Iterator


def backoff_delays(first: float = 0.25, maximum: float = 5.0) -> Iterator[float]:
    """Seconds to wait, doubling up to `maximum`, each shortened by up to a half so that many do not retry in step."""
    delay = first
    while True:
        yield delay * random.uniform(0.5, 1.0)  # noqa: S311 - spreads load, protects nothing
        delay = min(maximum, delay * 2)
