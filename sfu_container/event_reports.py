"""Reporting what happened to Peers: queued, in batches, retried, and bounded.

A batch that the control plane cannot do in time is halved, and one that it refuses is halved until the event that it
refuses stands alone and can be given up: no event keeps those behind it from being reported. What is taken doubles the
next batch again.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from itertools import islice
from typing import Protocol

from parley_protocol.nodes import NodeEvent, NodeEvents
from sfu_container.backoff import backoff_delays
from sfu_container.control_plane import ControlPlaneError, ControlPlaneTimeoutError, RequestRefusedError

logger = logging.getLogger(__name__)

MAX_WAITING_EVENTS = 10_000
MAX_BATCH = 32


class EventPoster(Protocol):
    async def post_events(self, events: NodeEvents) -> None:
        """Raises ControlPlaneError; as RequestRefusedError when it will never take these events."""


class EventReports:
    """A Reporter that delivers in order and at least once.

    What is given up, because so many wait or because the control plane refuses it, counts as `dropped`.
    """

    def __init__(self, poster: EventPoster) -> None:
        self._poster = poster
        self._waiting: deque[NodeEvent] = deque()
        self._wake = asyncio.Event()
        self._is_drained = asyncio.Event()
        self._is_drained.set()
        self._batch_size = MAX_BATCH
        self.dropped = 0

    def report(self, event: NodeEvent) -> None:
        if len(self._waiting) == MAX_WAITING_EVENTS:
            self._waiting.popleft()
            self.dropped += 1
        self._waiting.append(event)
        self._is_drained.clear()
        self._wake.set()

    async def run(self) -> None:
        """Deliver for ever."""
        while True:
            await self._wake.wait()
            self._wake.clear()
            await self._deliver_all()
            self._is_drained.set()

    async def _deliver_all(self) -> None:
        delays = backoff_delays()
        while self._waiting:
            batch = tuple(islice(self._waiting, self._batch_size))
            try:
                await self._poster.post_events(NodeEvents(events=batch))
            except RequestRefusedError as error:
                self._split_or_give_up(batch, error)
            except ControlPlaneError as error:
                logger.info("%d events wait to be reported: %s", len(self._waiting), error)
                if isinstance(error, ControlPlaneTimeoutError):
                    self._batch_size = _half(batch)
                await asyncio.sleep(next(delays))
            else:
                self._forget(batch)
                self._batch_size = min(MAX_BATCH, 2 * self._batch_size)
                delays = backoff_delays()

    def _split_or_give_up(self, batch: tuple[NodeEvent, ...], refusal: RequestRefusedError) -> None:
        self._batch_size = _half(batch)
        if len(batch) == 1:
            logger.error("session=%s peer=%s a report is given up: %s", batch[0].session, batch[0].peer, refusal)
            self.dropped += self._forget(batch)

    def _forget(self, batch: tuple[NodeEvent, ...]) -> int:
        """How many of the batch there still were: those given up meanwhile came off the front."""
        before = len(self._waiting)
        for event in batch:
            if self._waiting and self._waiting[0] is event:
                self._waiting.popleft()
        return before - len(self._waiting)

    async def drained(self) -> None:
        """Return once everything reported so far was delivered."""
        await self._is_drained.wait()


def _half(batch: tuple[NodeEvent, ...]) -> int:
    return max(1, len(batch) // 2)
