"""One Web PubSub connection, on Microsoft's client with the reliable subprotocol.

The client recovers a dropped connection by itself and without loss. What it does not do well is dealt with here: a
frame that it cannot read would end its reader; a reader may end unnoticed; and an attempt at recovery may go on after
the client has said that it stopped.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Any

from azure.messaging.webpubsubclient.aio import WebPubSubClient
from azure.messaging.webpubsubclient.aio._client import WebSocketAppAsync
from azure.messaging.webpubsubclient.models import CallbackType, OnGroupDataMessageArgs, WebPubSubDataType
from azure.messaging.webpubsubclient.models._enums import WebPubSubClientState
from azure.messaging.webpubsubclient.models._models import WebPubSubJsonReliableProtocol

from parley_protocol.wire import Wire

logger = logging.getLogger(__name__)

CHECK_SECONDS = 1.0
CLOSE_SECONDS = 1.5
START_SECONDS = 5.0
ACK_SECONDS = 10.0

Receive = Callable[[str, str | None, object], None]
"""Takes the group, the sender's user id or None for the control plane, and the message's data. Never raises."""


class GuardedProtocol(WebPubSubJsonReliableProtocol):
    """Reads frames like its parent, but skips one that it cannot read."""

    @staticmethod
    def parse_messages(raw_message: str) -> Any:
        try:
            return WebPubSubJsonReliableProtocol.parse_messages(raw_message)
        except Exception as error:  # noqa: BLE001 - whatever the parser stumbled on, the frame is lost, not the reader
            logger.warning("a signalling frame could not be read: %r", type(error).__name__)
            return None


class AbandonableClient(WebPubSubClient):
    """Microsoft's client, which knows all its readers and can therefore be made to stop whatever it is doing."""

    def __init__(self, url: str) -> None:
        super().__init__(
            url,
            reconnect_retry_total=0,
            auto_rejoin_groups=False,
            start_timeout=START_SECONDS,
            ack_timeout=ACK_SECONDS,
        )
        self._protocol = GuardedProtocol()
        self._attempts: list[tuple[WebSocketAppAsync, asyncio.Task[None]]] = []

    async def _connect(self, *args: Any, **options: Any) -> None:
        try:
            await super()._connect(*args, **options)
        finally:
            self._attempts = [(socket, reader) for socket, reader in self._attempts if not reader.done()]
            if self._ws is not None and self._task_run_forever is not None:
                self._attempts.append((self._ws, self._task_run_forever))

    @property
    def has_dead_reader(self) -> bool:
        reader = self._task_run_forever
        return self._state == WebPubSubClientState.CONNECTED and reader is not None and reader.done()

    async def abandon(self) -> None:
        """Stop at once; afterwards nothing of the client runs and no socket is open."""
        self._is_stopping = True
        for _, reader in self._attempts:
            reader.cancel()
        await asyncio.gather(*(reader for _, reader in self._attempts), return_exceptions=True)
        for socket, _ in self._attempts:
            await socket.session_close()  # type: ignore[no-untyped-call] # the package has few types


class WebPubSubConnection:
    """A connection for the life of one URL."""

    def __init__(self, url: str, receive: Receive) -> None:
        self._receive = receive
        self._stopped = asyncio.Event()
        self._client = AbandonableClient(url)

    @property
    def is_connected(self) -> bool:
        """False also while the client recovers."""
        return bool(self._client.is_connected())

    async def open(self) -> None:
        """Raises AzureError, OSError or TimeoutError when the service cannot be reached or refuses."""
        await self._client.subscribe(CallbackType.GROUP_MESSAGE, self._on_message)
        await self._client.subscribe(CallbackType.STOPPED, self._on_stopped)
        await self._client.open()

    async def _on_message(self, message: OnGroupDataMessageArgs) -> None:
        self._receive(message.group, message.from_user_id, message.data)

    async def _on_stopped(self) -> None:
        self._stopped.set()

    async def lost(self) -> None:
        """Return once the connection is beyond recovery."""
        while not self._stopped.is_set() and not self._client.has_dead_reader:
            try:
                async with asyncio.timeout(CHECK_SECONDS):
                    await self._stopped.wait()
            except TimeoutError:
                continue

    async def send(self, group: str, message: Wire) -> None:
        """Raises AzureError, OSError or TimeoutError when the service did not acknowledge it after some attempts."""
        await self._client.send_to_group(
            group,
            message.model_dump(mode="json", by_alias=True, exclude_none=True),
            WebPubSubDataType.JSON,
            no_echo=True,
        )

    async def close(self) -> None:
        """Close in order if that is quick, and else somehow."""
        try:
            async with asyncio.timeout(CLOSE_SECONDS):
                await self._client.close()
        except Exception as error:  # noqa: BLE001 - it is being given up, in whatever state
            logger.debug("the signalling connection did not close in order: %r", error)
        await self._client.abandon()
