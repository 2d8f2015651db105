"""Waiting for a condition, never for luck."""

from __future__ import annotations

import asyncio
import inspect
import time
from collections.abc import Callable
from typing import Any


async def eventually(condition: Callable[[], Any], what: str, within: float = 20.0, every: float = 0.05) -> Any:
    """The first truthy value of `condition`, which may be a coroutine function.

    Fails with `what` and the last value after `within` seconds.
    """
    deadline = time.monotonic() + within
    while True:
        outcome = condition()
        value = await outcome if inspect.isawaitable(outcome) else outcome
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {within:g} s: {what}; last seen: {value!r}")
        await asyncio.sleep(every)
