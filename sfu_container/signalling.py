"""The node's signalling: a Web PubSub connection that is always there or on its way, and the Mailbox on top of it.

Each connection has a URL of its own, which listens to the groups of all the sessions that the node carries.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from zlib import crc32

from azure.core.exceptions import AzureError

from parley_protocol.addresses import participant_group
from parley_protocol.wire import Wire
from sfu_container.backoff import backoff_delays
from sfu_container.web_pubsub import Receive, WebPubSubConnection

logger = logging.getLogger(__name__)

SENDERS = 8
MAX_WAITING_PER_SENDER = 1_000


class Signalling:
    """Receives what is sent to the node's groups, and sends to participants."""

    def __init__(self, new_url: Callable[[], Awaitable[str]], receive: Receive) -> None:
        self._new_url = new_url
        self._receive = receive
        self._connection: WebPubSubConnection | None = None
        self._is_open = asyncio.Event()
        self._outgoing: list[asyncio.Queue[tuple[str, Wire]]] = [
            asyncio.Queue(MAX_WAITING_PER_SENDER) for _ in range(SENDERS)
        ]
        self.dropped = 0
        """Messages that could not be sent."""

    @property
    def is_connected(self) -> bool:
        return self._connection is not None and self._connection.is_connected

    def send(self, participant: str, message: Wire) -> None:
        """Queue a message for a participant's mailbox; messages to one participant keep their order."""
        queue = self._outgoing[crc32(participant.encode()) % SENDERS]
        if queue.full():
            self._drop(participant, message, "too many wait")
        else:
            queue.put_nowait((participant, message))

    async def run(self) -> None:
        """Keep a connection open, and send, for ever."""
        async with asyncio.TaskGroup() as tasks:
            for queue in self._outgoing:
                tasks.create_task(self._send_from(queue))
            while True:
                connection = await self._connect()
                try:
                    await connection.lost()
                    logger.warning("the signalling connection is lost; opening another")
                finally:
                    self._is_open.clear()
                    self._connection = None
                    await connection.close()

    async def _connect(self) -> WebPubSubConnection:
        for delay in backoff_delays():
            connection = WebPubSubConnection(await self._new_url(), self._receive)
            try:
                await connection.open()
            except (AzureError, OSError, TimeoutError) as error:
                logger.warning("the signalling connection could not be opened: %s", type(error).__name__)
                await connection.close()
                await asyncio.sleep(delay)
            else:
                self._connection = connection
                self._is_open.set()
                logger.info("signalling connected")
                return connection
        raise AssertionError("backoff never ends")

    async def _send_from(self, queue: asyncio.Queue[tuple[str, Wire]]) -> None:
        while True:
            participant, message = await queue.get()
            try:
                await self._is_open.wait()
                if self._connection is not None:
                    await self._connection.send(participant_group(participant), message)
            except Exception as error:  # noqa: BLE001 - one message is lost; the sender goes on with the next
                self._drop(participant, message, type(error).__name__)
            finally:
                queue.task_done()

    def _drop(self, participant: str, message: Wire, why: str) -> None:
        self.dropped += 1
        logger.warning("participant=%s a %s was not sent: %s", participant, type(message).__name__, why)

    async def flushed(self) -> None:
        """Return once everything queued so far was sent or given up."""
        for queue in self._outgoing:
            await queue.join()
