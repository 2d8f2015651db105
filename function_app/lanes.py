"""Runs what is due: each receiver in a lane of its own, so that one that is slow or dead holds up no other.

What is due is a document that whoever runs it claims first; what fails is due again when that claim has lapsed.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Generic, Protocol, TypeVar

from function_app.errors import ApiError

LANE_WIDTH = 4
"""So many run at once for one receiver."""
LANE_LENGTH = 100
"""So many more wait; the rest stay due in the database."""
MAXIMUM_RUNNING = 256
GRACE_SECONDS = 2.0
"""How long messages that are under way may take when the process ends."""

_logger = logging.getLogger("parley.lanes")


class Due(Protocol):
    """A document that is due."""

    @property
    def id(self) -> str: ...

    @property
    def tenant_id(self) -> str: ...

    @property
    def lane(self) -> str:
        """Names its receiver."""


Item = TypeVar("Item", bound=Due)


@dataclass
class _Lane(Generic[Item]):
    waiting: deque[Item] = field(default_factory=deque)
    known: set[str] = field(default_factory=set)
    """The ids of those that wait. One that runs may be offered again: it may have been woken at its very end."""
    running: int = 0


class Lanes(Generic[Item]):
    """`run` does what one of them is due for."""

    def __init__(self, run: Callable[[Item], Awaitable[None]]) -> None:
        self._run = run
        self._lanes: dict[str, _Lane[Item]] = {}
        self._turn = asyncio.Semaphore(MAXIMUM_RUNNING)
        self._tasks: set[asyncio.Task[None]] = set()

    def offer(self, due: Item) -> None:
        """Runs it soon, unless its lane is full."""
        lane = self._lanes.setdefault(due.lane, _Lane())
        if due.id in lane.known or len(lane.waiting) >= LANE_LENGTH:
            return
        lane.known.add(due.id)
        lane.waiting.append(due)
        if lane.running < LANE_WIDTH:
            lane.running += 1
            task = asyncio.create_task(self._drive(due.lane, lane))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    def full(self) -> set[str]:
        """The lanes that take no more."""
        return {name for name, lane in self._lanes.items() if len(lane.waiting) >= LANE_LENGTH}

    async def close(self, grace_seconds: float = GRACE_SECONDS) -> None:
        """Ends what runs. What takes longer is due again when its claim has lapsed."""
        for lane in self._lanes.values():
            lane.waiting.clear()
            lane.known.clear()
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=grace_seconds)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _drive(self, name: str, lane: _Lane[Item]) -> None:
        while lane.waiting:
            due = lane.waiting.popleft()
            lane.known.discard(due.id)
            async with self._turn:
                await self._contained(due)
        lane.running -= 1
        if not lane.running:
            self._lanes.pop(name, None)

    async def _contained(self, due: Item) -> None:
        """Runs it; what fails is tried again when its claim has lapsed."""
        try:
            await self._run(due)
        except ApiError as error:
            _logger.warning("delivery waits tenant=%s id=%s code=%s", due.tenant_id, due.id, error.code)
        except Exception:
            _logger.exception("delivery failed tenant=%s id=%s", due.tenant_id, due.id)
