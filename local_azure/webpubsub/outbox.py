"""The way out to one socket: a bounded queue and the task that empties it.

Senders only ever call `put`, which never waits, so one slow reader delays nobody. `close` is the last entry: what is
queued before it is still written, unless the queue is discarded. A socket that cannot be closed in time is cut.
"""

import asyncio
import contextlib
import logging
from collections import deque
from collections.abc import Iterable

from aiohttp import web

from local_azure.webpubsub.errors import Closure
from local_azure.webpubsub.limits import Limits
from local_azure.webpubsub.messages import Frame

_MAX_REASON_BYTES = 123  # RFC 6455, 5.5: a control frame has 125 bytes, two of which are the code.

_logger = logging.getLogger(__name__)


class Outbox:
    """Writes frames to a socket in order. `first` goes out before anything else and does not count as queued."""

    def __init__(
        self,
        socket: web.WebSocketResponse,
        transport: asyncio.Transport | None,
        limits: Limits,
        first: Iterable[Frame] = (),
    ) -> None:
        self._socket = socket
        self._transport = transport
        self._limits = limits
        self._first = deque(first)
        self._queue: deque[Frame] = deque()
        self._queued_bytes = 0
        self._closure: Closure | None = None
        self._changed = asyncio.Event()
        self._task = asyncio.get_running_loop().create_task(self._run())
        self._cut: asyncio.TimerHandle | None = None

    @property
    def closure(self) -> Closure | None:
        """Why the service closes the socket, once it does."""
        return self._closure

    def put(self, frame: Frame) -> bool:
        """Queues a frame. False if the queue is full, in which case the frame is not queued."""
        if self._closure is not None:
            return True
        is_full = len(self._queue) >= self._limits.outgoing_frames
        if is_full or self._queued_bytes + len(frame) > self._limits.outgoing_bytes:
            return False
        self._queue.append(frame)
        self._queued_bytes += len(frame)
        self._changed.set()
        return True

    def close(self, closure: Closure, *, last: Frame | None = None, discard: bool = False) -> None:
        """Ends the socket after what is queued (nothing, with `discard`) and a `last` frame. The first closure wins."""
        if self._closure is not None:
            return
        self._closure = closure
        if discard:
            self._forget()
        if last is not None:
            self._queue.append(last)
            self._queued_bytes += len(last)
        self._changed.set()
        self._cut = asyncio.get_running_loop().call_later(self._limits.close_seconds, self._abort)

    async def finish(self) -> None:
        """Waits until a pending close is done, or stops writing if the peer is gone already."""
        if self._closure is None:
            self._task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._task
        if self._cut is not None:
            self._cut.cancel()
        self._forget()

    async def _run(self) -> None:
        try:
            while self._closure is None or self._first or self._queue:
                await self._send_queued()
                if self._closure is None:
                    await self._changed.wait()
                    self._changed.clear()
            reason = _shortened(self._closure.reason)
            await self._socket.close(code=self._closure.code, message=reason)
        except ConnectionError as error:
            _logger.debug("a socket went away while it was written to: %s", error)

    async def _send_queued(self) -> None:
        while self._first or self._queue:
            if self._first:
                frame = self._first.popleft()
            else:
                frame = self._queue.popleft()
                self._queued_bytes -= len(frame)
            if isinstance(frame, str):
                await self._socket.send_str(frame)
            else:
                await self._socket.send_bytes(frame)

    def _forget(self) -> None:
        self._first.clear()
        self._queue.clear()
        self._queued_bytes = 0

    def _abort(self) -> None:
        if self._transport is not None:
            self._transport.abort()


def _shortened(reason: str) -> bytes:
    """As much of a close reason as fits its frame, cut between characters."""
    return reason.encode()[:_MAX_REASON_BYTES].decode(errors="ignore").encode()
