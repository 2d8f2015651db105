"""Reporting what happened to Peers: queued, in batches, retried, and bounded."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from itertools import islice
from typing import Protocol

from parley_protocol.nodes import NodeEvent, NodeEvents
from sfu_container.backoff import backoff_delays
from sfu_container.control_plane import ControlPlaneError

logger = logging.getLogger(__name__)

MAX_WAITING_EVENTS = 10_000
MAX_BATCH = 200


class EventPoster(Protocol):
    async def post_events(self, events: NodeEvents) -> None:
        """Raises ControlPlaneError."""


class EventReports:
    """A Reporter that delivers in order and at least once, unless so many wait that the oldest are given up."""

    def __init__(self, poster: EventPoster) -> None:
        self._poster = poster
        self._waiting: deque[NodeEvent] = deque()
        self._wake = asyncio.Event()
        self._is_drained = asyncio.Event()
        self._is_drained.set()
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
            while self._waiting:
                await self._deliver(tuple(islice(self._waiting, MAX_BATCH)))
            self._is_drained.set()

    async def _deliver(self, batch: tuple[NodeEvent, ...]) -> None:
        for delay in backoff_delays():
            try:
                await self._poster.post_events(NodeEvents(events=batch))
            except ControlPlaneError as error:
                logger.info("%d events wait to be reported: %s", len(self._waiting), error)
                await asyncio.sleep(delay)
            else:
                break
        # Events that were given up meanwhile came off the front, so count only those of the batch still there.
        for event in batch:
            if self._waiting and self._waiting[0] is event:
                self._waiting.popleft()

    async def drained(self) -> None:
        """Return once everything reported so far was delivered."""
        await self._is_drained.wait()
