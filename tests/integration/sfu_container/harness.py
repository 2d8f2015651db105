"""A whole node between a stand-in control plane and the Web PubSub emulator."""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import jwt
from aiohttp import web
from azure.messaging.webpubsubservice.aio import WebPubSubServiceClient

from local_azure.webpubsub import WebPubSubEmulator
from parley_protocol.addresses import (
    HUB,
    NODE_ROLES,
    node_group,
)
from parley_protocol.grants import SERVICE_AUDIENCE
from parley_protocol.ids import new_id
from parley_protocol.nodes import NodeEvents, NodeLease, NodeReport
from sfu_container.config import Settings
from sfu_container.engine import EngineConfig
from sfu_container.native_engine import NativeEngine
from sfu_container.process import SfuProcess
from tests.support.waiting import eventually
from tests.unit.sfu_container.fakes import Signer

SERVICE_KEY = "service-key-for-tests-0123456789abcdef"
WEBPUBSUB_KEY = "webpubsub-key-for-tests-0123456789abcdef"


def free_port() -> int:
    """A port that is free for both UDP and TCP at this moment."""
    while True:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp, socket.socket() as tcp:
            udp.bind(("127.0.0.1", 0))
            port = int(udp.getsockname()[1])
            try:
                tcp.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port


async def listen(app: web.Application, port: int = 0) -> tuple[web.AppRunner, str]:
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.5)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    return runner, f"http://127.0.0.1:{runner.addresses[0][1]}"


@dataclass
class ControlPlaneStub:
    """The internal API as a node sees it: leases, keys, signalling URLs and reports."""

    service: WebPubSubServiceClient
    signer: Signer = field(default_factory=Signer)
    reports: list[tuple[str, NodeReport]] = field(default_factory=list)
    events: list[Any] = field(default_factory=list)
    sessions: set[str] = field(default_factory=set)
    """Those that the node is to listen for; what it reports itself is added."""
    ended: set[str] = field(default_factory=set)
    """Those that are over, as a lease tells a node that reports them."""
    is_down: bool = False

    def app(self) -> web.Application:
        app = web.Application()
        app.router.add_put("/internal/nodes/{node}", self._register)
        app.router.add_post("/internal/nodes/{node}/events", self._take_events)
        return app

    def _check(self, request: web.Request) -> str:
        if self.is_down:
            raise web.HTTPServiceUnavailable
        token = request.headers["Authorization"].removeprefix("Bearer ")
        claims = jwt.decode(token, SERVICE_KEY, ["HS256"], audience=SERVICE_AUDIENCE, issuer="parley-node")
        assert claims["exp"] - time.time() <= 300
        node = request.match_info["node"]
        assert claims["sub"] == node
        return node

    async def _register(self, request: web.Request) -> web.Response:
        node = self._check(request)
        report = NodeReport.model_validate_json(await request.read())
        self.reports.append((node, report))
        url = None
        if report.needs_signalling:
            groups = [node_group(session) for session in self.sessions | set(report.sessions)]
            token = await self.service.get_client_access_token(user_id=node, roles=list(NODE_ROLES), groups=groups)
            url = token["url"]
        lease = NodeLease(
            heartbeat_seconds=0.2,
            signalling_url=url,
            jwks=self.signer.jwks,
            ended_sessions=tuple(session for session in report.sessions if session in self.ended),
        )
        return web.Response(text=lease.model_dump_json(by_alias=True), content_type="application/json")

    async def _take_events(self, request: web.Request) -> web.Response:
        self._check(request)
        self.events += NodeEvents.model_validate_json(await request.read()).events
        return web.Response(status=204)


class EmulatorHost:
    """The Web PubSub emulator on a port that stays the same, so that it can go away and come back."""

    def __init__(self) -> None:
        self.port = free_port()
        self.origin = f"http://127.0.0.1:{self.port}"
        self._runner: web.AppRunner | None = None

    async def start(self) -> None:
        self._runner, _ = await listen(WebPubSubEmulator(WEBPUBSUB_KEY, {}, self.origin).app(), self.port)

    async def stop(self) -> None:
        if self._runner is not None:
            await self._runner.cleanup()


@dataclass
class Site:
    """A running node and all it needs."""

    process: SfuProcess
    control_plane: ControlPlaneStub
    service: WebPubSubServiceClient
    http: aiohttp.ClientSession
    media_port: int
    task: asyncio.Task[None]
    signalling: EmulatorHost
    session: str = field(default_factory=lambda: new_id("ses"))

    def health(self) -> Mapping[str, Any]:
        return self.process.health()

    async def open_session(self) -> None:
        """What `:join` does before it answers: the node listens to the session's group."""
        await self.service.add_user_to_group(node_group(self.session), self.process.id)

    async def command(self, message: Mapping[str, Any]) -> None:
        """Say something to the node as the control plane."""
        await self.service.send_to_group(node_group(self.session), dict(message), content_type="application/json")

    async def is_empty(self) -> None:
        await eventually(
            lambda: self.health()["peers"] == 0 and self.health()["sessions"] == 0, "no peer and no session is left"
        )


def service_client(signalling: EmulatorHost) -> WebPubSubServiceClient:
    connection = f"Endpoint={signalling.origin};AccessKey={WEBPUBSUB_KEY};Version=1.0;"
    return WebPubSubServiceClient.from_connection_string(connection, HUB)


def local_settings(control_url: str, media_port: int, http_port: int = 0) -> Settings:
    return Settings(
        environment="local",
        control_url=control_url,
        service_key=SERVICE_KEY,
        media_port=media_port,
        http_port=http_port,
        grace_seconds=3,
    )


@asynccontextmanager
async def running_site() -> AsyncIterator[Site]:
    """A node that is registered and connected, and listens for one session."""
    signalling = EmulatorHost()
    await signalling.start()
    service = service_client(signalling)
    control_plane = ControlPlaneStub(service)
    control_runner, control_url = await listen(control_plane.app())
    media_port = free_port()
    media = ("127.0.0.1", media_port)
    engine = NativeEngine(udp=[media], tcp=[media], config=EngineConfig(ice_timeout_ms=1_500))
    process = SfuProcess(local_settings(control_url, media_port), engine)
    task = asyncio.create_task(process.run())
    http = aiohttp.ClientSession()
    try:
        await eventually(lambda: process.health()["registered"] and process.health()["signalling"], "the node is ready")
        site = Site(process, control_plane, service, http, media_port, task, signalling)
        await site.open_session()
        yield site
    finally:
        task.cancel()
        await asyncio.wait([task])
        engine.close()
        await http.close()
        await service.close()
        await control_runner.cleanup()
        await signalling.stop()
