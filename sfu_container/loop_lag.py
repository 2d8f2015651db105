"""How late the event loop is: what signalling, handshakes and slot changes wait for."""

from __future__ import annotations

import asyncio
import math
from bisect import bisect_left
from itertools import accumulate

from sfu_container.engine_stats import Distribution

INTERVAL_SECONDS = 0.25
BOUNDS_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, math.inf)


class LoopLag:
    """Measures while `run` runs."""

    def __init__(self) -> None:
        self._counts = [0] * len(BOUNDS_SECONDS)
        self._sum = 0.0

    async def run(self) -> None:
        """Sleep again and again, and note by how much each sleep was too long. Ends when it is cancelled."""
        loop = asyncio.get_running_loop()
        while True:
            due = loop.time() + INTERVAL_SECONDS
            await asyncio.sleep(INTERVAL_SECONDS)
            self.observe(max(0.0, loop.time() - due))

    def observe(self, seconds: float) -> None:
        """Note one delay."""
        self._counts[bisect_left(BOUNDS_SECONDS, seconds)] += 1
        self._sum += seconds

    @property
    def distribution(self) -> Distribution:
        """Of all delays, in seconds."""
        return Distribution(tuple(zip(BOUNDS_SECONDS, accumulate(self._counts), strict=True)), self._sum)
