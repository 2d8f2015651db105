"""Doing several things at once, so that none of them outlives the request that asked for them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable


async def all_done(*actions: Awaitable[None]) -> None:
    """Runs the actions at once and returns when each has ended; then raises the first error there was.

    `asyncio.gather` alone would raise at once and let the rest go on unwatched: a write could then land after the
    caller, told of the failure, has tried again.
    """
    for outcome in await asyncio.gather(*actions, return_exceptions=True):
        if isinstance(outcome, BaseException):
            raise outcome
