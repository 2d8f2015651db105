"""Runs due cursors: each webhook in a lane of its own, so that one that is slow or dead holds up no other."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from function_app.errors import ApiError
from function_app.webhooks.cursors import Cursor

LANE_WIDTH = 4
"""So many meetings are delivered to one webhook at once."""
LANE_LENGTH = 100
"""So many more wait; the rest stay due in the database."""
MAXIMUM_RUNNING = 256
GRACE_SECONDS = 2.0
"""How long messages that are under way may take when the process ends."""

_logger = logging.getLogger("parley.webhooks")


@dataclass
class _Lane:
    waiting: deque[Cursor] = field(default_factory=deque)
    known: set[str] = field(default_factory=set)
    """The ids of the cursors that wait. One that runs may be offered again: it may have been woken at its very end."""
    running: int = 0


class Lanes:
    """`run` delivers what one cursor has before it."""

    def __init__(self, run: Callable[[Cursor], Awaitable[None]]) -> None:
        self._run = run
        self._lanes: dict[str, _Lane] = {}
        self._turn = asyncio.Semaphore(MAXIMUM_RUNNING)
        self._tasks: set[asyncio.Task[None]] = set()

    def offer(self, cursor: Cursor) -> None:
        """Runs the cursor soon, unless its webhook's lane is full."""
        lane = self._lanes.setdefault(cursor.webhook_key, _Lane())
        if cursor.id in lane.known or len(lane.waiting) >= LANE_LENGTH:
            return
        lane.known.add(cursor.id)
        lane.waiting.append(cursor)
        if lane.running < LANE_WIDTH:
            lane.running += 1
            task = asyncio.create_task(self._drive(cursor.webhook_key, lane))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    def full(self) -> set[str]:
        """The keys of the webhooks whose lanes take no more."""
        return {key for key, lane in self._lanes.items() if len(lane.waiting) >= LANE_LENGTH}

    async def close(self, grace_seconds: float = GRACE_SECONDS) -> None:
        """Ends what runs. A cursor that takes longer is due again when its claim has lapsed."""
        for lane in self._lanes.values():
            lane.waiting.clear()
            lane.known.clear()
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=grace_seconds)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _drive(self, webhook_key: str, lane: _Lane) -> None:
        while lane.waiting:
            cursor = lane.waiting.popleft()
            lane.known.discard(cursor.id)
            async with self._turn:
                await self._contained(cursor)
        lane.running -= 1
        if not lane.running:
            self._lanes.pop(webhook_key, None)

    async def _contained(self, cursor: Cursor) -> None:
        """Runs it; what fails is tried again when its claim has lapsed."""
        try:
            await self._run(cursor)
        except ApiError as error:
            _logger.warning("delivery waits tenant=%s cursor=%s code=%s", cursor.tenant_id, cursor.id, error.code)
        except Exception:
            _logger.exception("delivery failed tenant=%s cursor=%s", cursor.tenant_id, cursor.id)
