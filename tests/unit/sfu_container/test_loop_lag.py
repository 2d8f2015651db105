"""The measured lag of the event loop."""

import asyncio
import math
import time

from sfu_container.loop_lag import INTERVAL_SECONDS, LoopLag
from tests.support.waiting import eventually


def test_lag_of_the_event_loop_counts_up_to_its_bounds() -> None:
    lag = LoopLag()
    lag.observe(0.002)
    lag.observe(0.3)
    counts = dict(lag.distribution.buckets)
    assert (counts[0.001], counts[0.0025], counts[0.25], counts[0.5], counts[math.inf]) == (0, 1, 1, 2, 2)


async def test_lag_is_measured_while_the_loop_is_held_up() -> None:
    lag = LoopLag()
    measuring = asyncio.create_task(lag.run())
    await asyncio.sleep(0)
    time.sleep(INTERVAL_SECONDS + 0.3)  # noqa: ASYNC251 - to hold the loop up is the point
    await eventually(lambda: lag.distribution.sum > 0.25, "the delay is noted")
    measuring.cancel()
