"""Runs every trigger of the app beside its HTTP server."""

from __future__ import annotations

import asyncio
import logging

from local_azure.functions_host.change_feed import run_change_feed
from local_azure.functions_host.cosmos_feed import CosmosFeed
from local_azure.functions_host.timers import run_timer
from local_azure.functions_host.triggers import ChangeFeedFunction, Triggers

logger = logging.getLogger(__name__)


class TriggerHost:
    """Fires the triggers from `start` to `stop`."""

    def __init__(self, triggers: Triggers) -> None:
        self._triggers = triggers
        self._tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        for timer in self._triggers.timers:
            self._tasks.append(asyncio.create_task(run_timer(timer), name=timer.handler.name))
        feeds = self._triggers.change_feeds
        for number, change_feed in enumerate(feeds):
            turn = change_feed.poll_seconds * number / len(feeds)
            self._tasks.append(asyncio.create_task(_follow(change_feed, turn), name=change_feed.handler.name))
        for task in self._tasks:
            task.add_done_callback(_report_end)
        logger.info("firing %d triggers: %s", len(self._tasks), ", ".join(task.get_name() for task in self._tasks))

    async def stop(self) -> None:
        """Cancels what runs, and returns when it has ended."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks.clear()


def _report_end(task: asyncio.Task[None]) -> None:
    if not task.cancelled():
        logger.critical("the trigger %s has ended and fires no more", task.get_name(), exc_info=task.exception())


async def _follow(function: ChangeFeedFunction, turn: float) -> None:
    """Begins when it is the function's turn: all at once would hold up requests together."""
    await asyncio.sleep(turn)
    async with CosmosFeed(function) as feed:
        await run_change_feed(function, feed)
