"""The control plane over the laptop's own emulators, and the people and nodes that use it in tests."""

from __future__ import annotations

import asyncio
import base64
import socket
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
import httpx
import jwt
from aiohttp import web
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from function_app.api.application import create_api
from function_app.bootstrap import BootstrapSettings, bootstrap
from function_app.config import Settings
from function_app.connections import open_cosmos
from function_app.media.in_process import InProcessNodeRegistry
from function_app.media.service_tokens import NODE_ISSUER
from function_app.process import Process
from function_app.stores.cosmos import Cosmos
from function_app.stores.tenants import TenantStore
from function_app.tenants.api_keys import ApiKey
from function_app.tenants.documents import StoredKey, Tenant
from function_app.timestamps import utc_now
from function_app.wiring import Services
from local_azure.cosmos import CosmosEmulator
from local_azure.webpubsub import WebPubSubEmulator
from parley_protocol.addresses import HUB
from parley_protocol.grants import SERVICE_AUDIENCE
from parley_protocol.ids import new_id

COSMOS_KEY = base64.b64encode(b"a key for the tests of the control plane only, of 64 bytes......").decode()
WEBPUBSUB_KEY = "a-web-pubsub-key-for-the-tests-only-1234"
SERVICE_KEY = "a-service-key-for-the-tests-only-1234567"
PEPPER = "a-pepper-for-the-tests-only-123456789012"
PUBLIC_URL = "https://meet.example"
_PATIENCE_SECONDS = 10.0


class TestClock:
    """The real time, plus as much as a test has added."""

    __test__ = False

    def __init__(self) -> None:
        self.added = timedelta()

    def __call__(self) -> datetime:
        return utc_now() + self.added

    def advance(self, seconds: float) -> None:
        self.added += timedelta(seconds=seconds)


@dataclass
class Server:
    """An aiohttp application on a port of its own, which it keeps when it is stopped and started again."""

    make_app: Callable[[], web.Application]
    port: int = 0
    requests: list[str] = field(default_factory=list)
    """`METHOD path` of every request that came in."""
    _runner: web.AppRunner | None = None

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def start(self) -> None:
        app = self.make_app()
        app.on_response_prepare.append(self._note)
        self._runner = web.AppRunner(app, shutdown_timeout=1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self.port, reuse_address=True)
        await site.start()
        self.port = self._runner.addresses[0][1]

    async def _note(self, request: web.Request, _: web.StreamResponse) -> None:
        self.requests.append(f"{request.method} {request.path}")

    async def stop(self) -> None:
        if self._runner:
            await self._runner.cleanup()
            self._runner = None


@dataclass
class Platform:
    """Everything that a test of the control plane needs."""

    http: httpx.AsyncClient
    """Carries no credential."""
    process: Process
    settings: Settings
    clock: TestClock
    tenant: str
    api_key: str
    cosmos: CosmosEmulator
    cosmos_server: Server
    webpubsub_server: Server
    store: Cosmos
    """The database itself, for looking at what was written."""

    @property
    def services(self) -> Services:
        return self.process.services()

    @property
    def key_header(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.api_key}"}

    async def call(self, method: str, path: str, **options: Any) -> httpx.Response:
        """A request of the tenant."""
        headers = {**self.key_header, **options.pop("headers", {})}
        return await self.http.request(method, path, headers=headers, **options)

    async def put_meeting(self, meeting: str, title: str = "Weekly") -> httpx.Response:
        return await self.call("PUT", f"/meetings/{meeting}", json={"title": title})

    async def token(self, user: str, meeting: str = "demo", **more: Any) -> str:
        """A join token for one of the tenant's users."""
        body = {"participant": user, "name": user.title(), **more}
        answer = await self.call("POST", f"/meetings/{meeting}:issueToken", json=body)
        assert answer.status_code == 200, answer.text
        return str(answer.json()["token"])

    async def try_join(self, token: str) -> httpx.Response:
        return await self.http.post("/sessions:join", json={}, headers=bearer(token))

    async def join(self, user: str, meeting: str = "demo", **more: Any) -> dict[str, Any]:
        """Joins as one of the tenant's users; the answer of `:join`, and the token under `usedToken`."""
        token = await self.token(user, meeting, **more)
        answer = await self.try_join(token)
        assert answer.status_code == 200, answer.text
        return {**answer.json(), "usedToken": token}

    def lose_lease(self, node: str) -> None:
        """As if the node's lease had run out: the in-process registry forgets it."""
        registry = self.services.controller._nodes
        assert isinstance(registry, InProcessNodeRegistry)
        registry._nodes.forget(node)

    async def documents(self, kind: str, meeting: str = "demo") -> list[dict[str, Any]]:
        """The documents of this type in the meeting's partition."""
        sql = "SELECT * FROM c WHERE c.type = @kind"
        return await self.store.container("meetings").query((self.tenant, meeting), sql, kind=kind)

    async def presence(self, meeting: str = "demo") -> dict[str, str]:
        """Each participant's presence, by user."""
        return {one["user"]: one["presence"] for one in await self.documents("participant", meeting)}

    async def leave(self, joined: dict[str, Any]) -> httpx.Response:
        path = f"/sessions/{joined['session']['id']}:leave"
        return await self.http.post(path, json={"peer": joined["peer"]}, headers=bearer(joined["token"]))


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


async def add_tenant(platform: Platform) -> dict[str, str]:
    """Creates another tenant; its credential."""
    key = ApiKey.generate(new_id("ten"), PEPPER.encode())
    stored = StoredKey.of(key, PEPPER.encode(), utc_now())
    tenant = Tenant(id=key.tenant, tenant_id=key.tenant, name="Other", created_on=utc_now(), keys=(stored,))
    await TenantStore(platform.store.container("tenants")).create(tenant)
    return bearer(key.text)


@dataclass
class Socket:
    """A Web PubSub client that keeps what it gets from groups."""

    url: str
    http: aiohttp.ClientSession
    messages: list[dict[str, Any]] = field(default_factory=list)
    _socket: aiohttp.ClientWebSocketResponse | None = None
    _reader: asyncio.Task[None] | None = None

    async def open(self) -> None:
        self._socket = await self.http.ws_connect(self.url, protocols=["json.webpubsub.azure.v1"])
        self._reader = asyncio.create_task(self._read())

    async def send(self, message: dict[str, Any]) -> None:
        assert self._socket
        await self._socket.send_json(message)

    async def chat(self, text: str, client_id: str) -> None:
        data = {"text": text, "clientId": client_id}
        await self.send({"type": "event", "event": "chat", "dataType": "json", "data": data})

    async def close(self) -> None:
        if self._socket:
            await self._socket.close()
        if self._reader:
            await self._reader

    @property
    def is_closed(self) -> bool:
        """Whether the service has closed it."""
        return self._socket is not None and self._socket.closed

    def of_type(self, kind: str) -> list[dict[str, Any]]:
        """What came from groups of this type, each with its group."""
        return [message for message in self.messages if message.get("type") == kind]

    async def _read(self) -> None:
        assert self._socket
        async for frame in self._socket:
            message = frame.json()
            if message.get("type") == "message" and message.get("from") == "group":
                self.messages.append({**message["data"], "group": message["group"]})


@dataclass
class FakeNode:
    """A node as the control plane sees one."""

    platform: Platform
    http: aiohttp.ClientSession
    id: str = field(default_factory=lambda: new_id("nod"))
    socket: Socket | None = None
    load: dict[str, float] = field(default_factory=lambda: {"packetsPerSecond": 0, "peers": 0, "sessions": 0})

    async def start(self) -> None:
        """Registers, opens its signalling connection and says so."""
        lease = await self.heartbeat(needsSignalling=True)
        self.socket = Socket(lease["signallingUrl"], self.http)
        await self.socket.open()
        await self.heartbeat()

    def token(self, **claims: Any) -> str:
        now = int(time.time())
        standard = {"iss": NODE_ISSUER, "aud": SERVICE_AUDIENCE, "sub": self.id, "iat": now, "exp": now + 60}
        return jwt.encode({**standard, **claims}, SERVICE_KEY, "HS256")

    def report(self, **more: Any) -> dict[str, Any]:
        return {
            "region": "local",
            "version": "1.0.0",
            "address": {"ip": "127.0.0.1", "port": 4000},
            "capacity": {"packetsPerSecond": 10_000, "peers": 100},
            "load": self.load,
            **more,
        }

    async def heartbeat(self, **more: Any) -> dict[str, Any]:
        path = f"/internal/nodes/{self.id}"
        answer = await self.platform.http.put(path, json=self.report(**more), headers=bearer(self.token()))
        assert answer.status_code == 200, answer.text
        lease: dict[str, Any] = answer.json()
        return lease

    def event(self, kind: str, joined: dict[str, Any], **more: Any) -> dict[str, Any]:
        """An event of the Peer that `joined` is about."""
        return {
            "type": kind,
            "tenant": self.platform.tenant,
            "meeting": joined["session"]["meeting"],
            "session": joined["session"]["id"],
            "participant": joined["participant"]["id"],
            "peer": joined["peer"],
            "at": utc_now().isoformat(),
            **more,
        }

    async def tell(self, kind: str, joined: dict[str, Any], **more: Any) -> httpx.Response:
        """Reports an event of the Peer that `joined` is about."""
        path = f"/internal/nodes/{self.id}/events"
        body = {"events": [self.event(kind, joined, **more)]}
        return await self.platform.http.post(path, json=body, headers=bearer(self.token()))


async def _holds(condition: Callable[[], bool | Awaitable[bool]]) -> bool:
    holds = condition()
    return holds if isinstance(holds, bool) else await holds


async def eventually(condition: Callable[[], bool | Awaitable[bool]]) -> None:
    """Waits until the condition holds; fails when it does not in time."""
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while not await _holds(condition):
        assert time.monotonic() < deadline, "the condition did not come true in time"
        await asyncio.sleep(0.01)


def new_push_key() -> str:
    """PEM of a key for web push."""
    key = generate_private_key(SECP256R1())
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def write_signing_key(path: Path) -> Path:
    key = generate_private_key(SECP256R1())
    path.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return path


@asynccontextmanager
async def running_platform(folder: Path, data: Path | None = None, **settings: Any) -> AsyncIterator[Platform]:
    """The control plane with the demo meeting, before any node has registered.

    `data` is the database's file; without one its contents end when its server is stopped.
    """
    cosmos = CosmosEmulator(COSMOS_KEY, data)
    cosmos_server = Server(cosmos.app)
    await cosmos_server.start()
    clock = TestClock()
    api: list[httpx.AsyncClient] = []
    bridge = Server(lambda: bridge_to(api))
    await bridge.start()
    upstreams = {HUB: f"{bridge.origin}/internal/webpubsub"}
    webpubsub_server = Server(lambda: WebPubSubEmulator(WEBPUBSUB_KEY, upstreams, webpubsub_server.origin).app())
    webpubsub_server.port = free_port()
    await webpubsub_server.start()
    tenant = new_id("ten")
    key = ApiKey.generate(tenant, PEPPER.encode()).text
    chosen = {
        "environment": "local",
        "public_url": PUBLIC_URL,
        "cosmos_endpoint": cosmos_server.origin,
        "cosmos_key": COSMOS_KEY,
        "webpubsub_endpoint": webpubsub_server.origin,
        "webpubsub_key": WEBPUBSUB_KEY,
        "signing_key_file": write_signing_key(folder / "signing-key.pem"),
        "service_key": SERVICE_KEY,
        "api_key_pepper": PEPPER,
        "node_networks": "127.0.0.0/8",
        "open_meeting": f"{tenant}/demo",
        **settings,
    }
    configured = Settings(**chosen)
    await bootstrap(configured, BootstrapSettings(tenant=tenant, api_key=key))
    process = Process(lambda: configured, clock)
    store = open_cosmos(configured)
    transport = httpx.ASGITransport(create_api(process))
    async with httpx.AsyncClient(transport=transport, base_url=PUBLIC_URL) as http:
        api.append(http)
        try:
            yield Platform(
                http, process, configured, clock, tenant, key, cosmos, cosmos_server, webpubsub_server, store
            )
        finally:
            await store.close()
            await webpubsub_server.stop()
            await bridge.stop()
            await process.close()
            await cosmos_server.stop()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def bridge_to(api: list[httpx.AsyncClient]) -> web.Application:
    """Lets services of Azure, which speak HTTP, reach the API, which is called in-process."""

    async def forward(request: web.Request) -> web.Response:
        answer = await api[0].request(
            request.method, request.path_qs, headers=dict(request.headers), content=await request.read()
        )
        kept = {name: value for name, value in answer.headers.items() if name.lower().startswith(("webhook", "ce-"))}
        return web.Response(status=answer.status_code, headers=kept, body=answer.content)

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", forward)
    return app
