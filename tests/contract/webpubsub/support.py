"""A running emulator, an upstream that records what it hears, and a raw WebSocket client."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Collection
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import jwt
import pytest
from aiohttp import web

from local_azure.webpubsub import Limits, WebPubSubEmulator
from local_azure.webpubsub.upstream import SYSTEM_EVENTS

KEY = "a key for tests only, long enough for HS256"
HUB = "meetings"
JSON = "json.webpubsub.azure.v1"
RELIABLE = "json.reliable.webpubsub.azure.v1"
DEADLINE = 10.0
ALL_GROUPS = ("webpubsub.joinLeaveGroup", "webpubsub.sendToGroup")

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


async def until(condition: Callable[[], object], deadline: float = DEADLINE) -> None:
    """Waits for a condition that nothing announces."""
    async with asyncio.timeout(deadline):
        while not condition():  # noqa: ASYNC110 - the condition may lie in another thread
            await asyncio.sleep(0.01)


@dataclass
class Event:
    """One CloudEvent as the upstream got it."""

    name: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class RecordingUpstream:
    """An event handler that a test programs through `answer` and asks through `events`."""

    url: str = ""
    allowed_origin: str = "*"
    validations: list[dict[str, str]] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    answers: dict[str, Handler] = field(default_factory=dict)

    def named(self, name: str) -> list[Event]:
        return [event for event in self.events if event.name == name]

    async def handle(self, request: web.Request) -> web.StreamResponse:
        headers = {name.lower(): value for name, value in request.headers.items()}
        if request.method == "OPTIONS":
            self.validations.append(headers)
            return web.Response(headers={"WebHook-Allowed-Origin": self.allowed_origin})
        name = headers["ce-eventname"]
        self.events.append(Event(name, headers, await request.read()))
        return await self.answers[name](request) if name in self.answers else web.Response(status=204)


def answering(response: Callable[[], web.Response]) -> Handler:
    async def handle(_request: web.Request) -> web.StreamResponse:
        return response()

    return handle


def holding(release: asyncio.Event) -> Handler:
    """A handler that gives no answer before it is released."""

    async def handle(_request: web.Request) -> web.StreamResponse:
        await release.wait()
        return web.Response()

    return handle


async def refused(connecting: Awaitable[object]) -> aiohttp.WSServerHandshakeError:
    with pytest.raises(aiohttp.WSServerHandshakeError) as caught:
        await connecting
    return caught.value


@dataclass
class Served:
    """An application that is being served."""

    origin: str
    runner: web.AppRunner

    def open_sockets(self) -> int:
        """How many connections the server holds, whatever the other side thinks."""
        assert self.runner.server is not None
        return len(self.runner.server.connections)


@asynccontextmanager
async def serving(app: web.Application) -> AsyncIterator[Served]:
    """Serves on a free port until the block is left."""
    runner = web.AppRunner(app, shutdown_timeout=0.2)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        yield Served(f"http://127.0.0.1:{runner.addresses[0][1]}", runner)
    finally:
        await runner.cleanup()


class RawClient:
    """A WebSocket that says exactly what a test wants."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self.socket = socket

    async def send(self, frame: object) -> None:
        await self.socket.send_str(frame if isinstance(frame, str) else json.dumps(frame))

    async def receive(self) -> Any:
        message = await self.socket.receive(DEADLINE)
        assert message.type is aiohttp.WSMsgType.TEXT, message
        return json.loads(message.data)

    async def receive_where(self, **fields: object) -> Any:
        """The next frame with these fields; others before it are skipped."""
        while True:
            frame = await self.receive()
            if fields.items() <= frame.items():
                return frame

    async def ask(self, frame: dict[str, object]) -> Any:
        """Sends a frame with an ack id and returns its ack."""
        await self.send(frame)
        return await self.receive_where(type="ack", ackId=frame["ackId"])

    async def closed(self) -> tuple[int | None, str]:
        """The close code and reason, after whatever came before."""
        while True:
            message = await self.socket.receive(DEADLINE)
            if message.type is aiohttp.WSMsgType.CLOSE:
                return message.data, message.extra or ""
            if message.type in (aiohttp.WSMsgType.CLOSED, aiohttp.WSMsgType.CLOSING, aiohttp.WSMsgType.ERROR):
                return self.socket.close_code, ""

    def drop(self) -> None:
        """Loses the TCP connection without a closing handshake."""
        response = self.socket._response
        assert response.connection is not None
        assert response.connection.transport is not None
        response.connection.transport.abort()


@dataclass
class Emulator:
    """The emulator under test with the means to reach it."""

    origin: str
    http: aiohttp.ClientSession
    upstream: RecordingUpstream
    open_sockets: Callable[[], int]
    clients: list[RawClient] = field(default_factory=list)

    def token(self, hub: str = HUB, groups: tuple[str, ...] = (), **claims: object) -> str:
        """A client access token; claims that are None are left out."""
        whole = {"aud": f"{self.origin}/client/hubs/{hub}", "exp": int(time.time()) + 60, **claims}
        whole["webpubsub.group"] = list(groups)
        return jwt.encode({name: value for name, value in whole.items() if value is not None}, KEY, algorithm="HS256")

    def url(self, hub: str = HUB, **query: str) -> str:
        parameters = "&".join(f"{name}={value}" for name, value in query.items())
        return f"{self.origin}/client/hubs/{hub}?{parameters}"

    async def open(
        self,
        user: str | None = "ann",
        *,
        subprotocol: str | None = JSON,
        roles: tuple[str, ...] = ALL_GROUPS,
        groups: tuple[str, ...] = (),
        hub: str = HUB,
    ) -> tuple[RawClient, dict[str, Any]]:
        """A connected client and its `connected` frame, which a client without a subprotocol does not get."""
        token = self.token(hub, groups, sub=user, role=list(roles))
        client = await self.dial(self.url(hub, access_token=token), subprotocol)
        return client, (await client.receive() if subprotocol else {})

    async def dial(self, url: str, *subprotocols: str | None, **options: Any) -> RawClient:
        """Any WebSocket; it stays open until the test is over, even if the test names it no more."""
        protocols = [subprotocol for subprotocol in subprotocols or (JSON,) if subprotocol]
        client = RawClient(await self.http.ws_connect(url, protocols=protocols, max_msg_size=0, **options))
        self.clients.append(client)
        return client

    async def close(self) -> None:
        """Lets go of every socket, also of those that were dropped without a word."""
        await asyncio.gather(*(client.socket.close() for client in self.clients))

    async def recover(self, connected: dict[str, Any], hub: str = HUB) -> RawClient:
        query = {
            "awps_connection_id": connected["connectionId"],
            "awps_reconnection_token": connected["reconnectionToken"],
        }
        return await self.dial(self.url(hub, **query), RELIABLE)

    async def rest(self, method: str, path: str, *, key: str = KEY, hub: str = HUB, **options: Any) -> tuple[int, Any]:
        """The status and the JSON body (or text) of a REST call."""
        url = f"{self.origin}/api/hubs/{hub}/{path}"
        token = jwt.encode({"aud": url, "exp": int(time.time()) + 60}, key, algorithm="HS256")
        headers = {"Authorization": f"Bearer {token}", **options.pop("headers", {})}
        async with self.http.request(method, url, headers=headers, **options) as response:
            text = await response.text()
            return response.status, json.loads(text) if response.content_type == "application/json" else text


@asynccontextmanager
async def running_emulator(
    limits: Limits | None = None,
    *,
    with_upstream: bool = False,
    upstream_url: str | None = None,
    system_events: Collection[str] = SYSTEM_EVENTS,
) -> AsyncIterator[Emulator]:
    """An emulator whose hub has an upstream only if the test says so."""
    upstream = RecordingUpstream()
    app = web.Application()
    app.router.add_route("*", "/events", upstream.handle)
    connector = aiohttp.TCPConnector(limit=0)
    async with serving(app) as events, aiohttp.ClientSession(connector=connector) as http:
        upstream.url = f"{events.origin}/events"
        urls = {HUB: upstream_url or upstream.url} if with_upstream or upstream_url else {}
        emulator = WebPubSubEmulator(KEY, urls, "http://signalling.test", limits=limits, system_events=system_events)
        async with serving(emulator.app()) as served:
            running = Emulator(served.origin, http, upstream, served.open_sockets)
            yield running
        await running.close()
