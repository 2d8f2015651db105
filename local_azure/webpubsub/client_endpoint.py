"""The WebSocket endpoint: opens a session's socket, carries out its frames one by one, and notices how it ends."""

import asyncio
import logging

from aiohttp import WebSocketError, WSCloseCode, WSMsgType, hdrs, web

from local_azure.webpubsub.commands import Commands
from local_azure.webpubsub.connection import Connection, Subprotocol
from local_azure.webpubsub.errors import (
    CLIENT_LEFT,
    CONNECTION_LOST,
    MESSAGE_TOO_BIG,
    SESSION_UNKNOWN,
    UPSTREAM_FAILED,
    Closure,
    FrameError,
    RequestError,
    UpstreamError,
)
from local_azure.webpubsub.handshake import Handshake
from local_azure.webpubsub.hub import Hubs
from local_azure.webpubsub.limits import Limits
from local_azure.webpubsub.messages import Frame
from local_azure.webpubsub.outbox import Outbox
from local_azure.webpubsub.upstream import Upstream

# Up to this many times the limit a message is read whole, so that its sender can be told; beyond, it is cut off.
_READ_AHEAD = 4

_logger = logging.getLogger(__name__)


class ClientEndpoint:
    """Serves `GET /client/hubs/{hub}`."""

    def __init__(self, handshake: Handshake, hubs: Hubs, upstream: Upstream, limits: Limits) -> None:
        self._handshake = handshake
        self._hubs = hubs
        self._upstream = upstream
        self._limits = limits
        self._commands = Commands(hubs, upstream)
        self._followers: set[asyncio.Task[None]] = set()

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """One socket from its handshake to its end."""
        if request.headers.get(hdrs.UPGRADE, "").lower() != "websocket":
            raise RequestError(400, "WebSocketExpected", "This endpoint speaks WebSocket only.")
        if self._handshake.is_recovery(request):
            return await self._recover(request)
        return await self._begin(request)

    async def close(self) -> None:
        """Reports the last clients to the upstream, as far as it listens."""
        if self._followers:
            _, unheard = await asyncio.wait(self._followers, timeout=self._limits.close_seconds)
            for follower in unheard:
                follower.cancel()
            await asyncio.gather(*unheard, return_exceptions=True)

    async def _begin(self, request: web.Request) -> web.StreamResponse:
        connection, groups = await self._handshake.admit(request)
        try:
            socket = await self._upgrade(request, connection.subprotocol)
            self._hubs.add(connection, groups)
        except BaseException:
            connection.end(CONNECTION_LOST)
            raise
        finally:
            # Whoever was asked about the client is also told that it is gone.
            self._follow(connection)
        return await self._serve(request, connection, socket)

    async def _recover(self, request: web.Request) -> web.StreamResponse:
        """A refusal comes after the upgrade, as the close code is the only thing that client SDKs look at."""
        connection = self._handshake.recover(request)
        socket = await self._upgrade(request, Subprotocol.JSON_RELIABLE)
        if connection is None or connection.ended.is_set():
            await socket.close(code=SESSION_UNKNOWN.code, message=SESSION_UNKNOWN.reason.encode())
            return socket
        return await self._serve(request, connection, socket)

    async def _upgrade(self, request: web.Request, subprotocol: str | None) -> web.WebSocketResponse:
        socket = web.WebSocketResponse(
            protocols=(subprotocol,) if subprotocol else (),
            heartbeat=self._limits.heartbeat_seconds,
            timeout=self._limits.close_seconds,
            max_msg_size=_READ_AHEAD * self._limits.message_bytes,
            compress=False,
        )
        await socket.prepare(request)
        return socket

    async def _serve(
        self, request: web.Request, connection: Connection, socket: web.WebSocketResponse
    ) -> web.StreamResponse:
        outbox = Outbox(socket, request.transport, self._limits, connection.opening_frames())
        connection.attach(outbox)
        closure = CONNECTION_LOST
        try:
            closure = await self._read(connection, socket, outbox)
        finally:
            if outbox.closure is None and closure is not CONNECTION_LOST:
                connection.end(closure)
            connection.detach(outbox, closure)
            await outbox.finish()
        return socket

    async def _read(self, connection: Connection, socket: web.WebSocketResponse, outbox: Outbox) -> Closure:
        """Carries out messages until the socket ends, and returns why it did as far as the client is the cause."""
        while True:
            message = await socket.receive()
            if message.type in (WSMsgType.TEXT, WSMsgType.BINARY):
                await self._carry_out(connection, outbox, message.data)
            elif message.type is WSMsgType.CLOSE:
                return CLIENT_LEFT
            elif message.type is WSMsgType.ERROR and isinstance(message.data, WebSocketError):
                return Closure(message.data.code, str(message.data))
            else:
                return CONNECTION_LOST

    async def _carry_out(self, connection: Connection, outbox: Outbox, data: Frame) -> None:
        async with connection.turn:
            if outbox.closure is not None:
                return
            if self._is_too_big(data):
                connection.end(MESSAGE_TOO_BIG)
                return
            try:
                await self._commands.execute(connection, data)
            except FrameError as error:
                connection.end(Closure(WSCloseCode.POLICY_VIOLATION, str(error)))
            except UpstreamError as error:
                _logger.warning("hub %s: an event was not accepted: %s", connection.hub_name, error)
                connection.end(UPSTREAM_FAILED)
        # Reading does not yield while messages are buffered, and the receivers' outboxes need their turn.
        await asyncio.sleep(0)

    def _is_too_big(self, data: Frame) -> bool:
        size = len(data.encode()) if isinstance(data, str) else len(data)
        return size > self._limits.message_bytes

    def _follow(self, connection: Connection) -> None:
        follower = asyncio.get_running_loop().create_task(self._upstream.follow(connection))
        self._followers.add(follower)
        follower.add_done_callback(self._followers.discard)
