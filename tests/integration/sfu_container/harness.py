"""A whole node between a stand-in control plane, the Web PubSub emulator and participants on aiortc."""

from __future__ import annotations

import asyncio
import json
import socket
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import jwt
from aiohttp import web
from aiortc import RTCConfiguration, RTCDataChannel, RTCPeerConnection, RTCSessionDescription
from aiortc.mediastreams import AudioStreamTrack, MediaStreamTrack, VideoStreamTrack
from aiortc.rtcconfiguration import RTCBundlePolicy
from azure.messaging.webpubsubservice.aio import WebPubSubServiceClient

from local_azure.webpubsub import WebPubSubEmulator
from parley_protocol.addresses import (
    HUB,
    NODE_ROLES,
    ParticipantAddress,
    node_group,
    participant_group,
    participant_roles,
    session_group,
)
from parley_protocol.control import CONTROL_CHANNEL
from parley_protocol.grants import SERVICE_AUDIENCE, Grants
from parley_protocol.ids import new_id
from parley_protocol.nodes import NodeEvents, NodeLease, NodeReport
from sfu_container.config import Settings
from sfu_container.engine import EngineConfig
from sfu_container.native_engine import NativeEngine
from sfu_container.process import SfuProcess
from tests.support.waiting import eventually
from tests.unit.sfu_container.fakes import Signer, make_grant

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


class RefusedError(Exception):
    """The node answered `error`."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Participant:
    """Somebody in the session: aiortc for media, a plain WebSocket for signalling."""

    def __init__(self, site: Site, name: str, participant: str = "", grants: Grants | None = None) -> None:
        self.site = site
        self.grant = make_grant(site.session, participant, site.process.id, grants, name)
        self.pc = RTCPeerConnection(RTCConfiguration(bundlePolicy=RTCBundlePolicy.MAX_BUNDLE))
        self.control: RTCDataChannel | None = None
        self.messages: list[dict[str, Any]] = []
        """From the node, by signalling, oldest first."""
        self.told: list[dict[str, Any]] = []
        """From the node, on the control channel, oldest first."""
        self.frames: dict[str, int] = {}
        self.joined: dict[str, Any] = {}
        self._socket: aiohttp.ClientWebSocketResponse | None = None
        self._tasks: list[asyncio.Task[None]] = []

    @property
    def id(self) -> str:
        return self.grant.sub

    async def connect(self) -> None:
        """Open the signalling socket with the rights that the control plane would give."""
        address = ParticipantAddress(self.grant.tenant, self.grant.meeting, self.site.session, self.id)
        token = await self.site.service.get_client_access_token(
            user_id=str(address),
            roles=list(participant_roles(self.site.session)),
            groups=[session_group(self.site.session), participant_group(self.id)],
        )
        self._socket = await self.site.http.ws_connect(token["url"], protocols=["json.webpubsub.azure.v1"])
        self._tasks.append(asyncio.create_task(self._read(self._socket)))

    async def _read(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        async for frame in socket:
            message = json.loads(frame.data)
            if message["type"] == "message":
                self.messages.append(message["data"])

    async def say(self, data: object) -> None:
        assert self._socket is not None
        group = node_group(self.site.session)
        await self._socket.send_json({"type": "sendToGroup", "group": group, "dataType": "json", "data": data})

    async def answer_to(self, request_id: str) -> dict[str, Any]:
        """The node's answer. Raises RefusedError when it is an error."""

        def find() -> dict[str, Any] | None:
            return next((m for m in self.messages if m.get("requestId") == request_id), None)

        answer: dict[str, Any] = await eventually(find, f"an answer to {request_id}", every=0.01)
        if answer["type"] == "error":
            raise RefusedError(answer["code"])
        return answer

    async def join(
        self, publish: bool = True, change_offer: Callable[[str], str] = lambda offer: offer, **changes: Any
    ) -> None:
        """Offer a camera, a microphone, two audio and two video slots, and take the node's answer.

        `change_offer` and `changes` of the message let a test say what it should not.
        """
        sources = []
        if publish:
            camera = self.pc.addTransceiver(VideoStreamTrack(), direction="sendonly")
            microphone = self.pc.addTransceiver(AudioStreamTrack(), direction="sendonly")
            sources = [(camera, "camera"), (microphone, "microphone")]
        slots = [self.pc.addTransceiver(kind, direction="recvonly") for kind in ("audio", "audio", "video", "video")]
        # After the transceivers: aiortc closes the bundle's transport when the data channel was first on it.
        self.control = self.pc.createDataChannel(CONTROL_CHANNEL)
        self.control.on("message", lambda text: self.told.append(json.loads(text)))
        await self.pc.setLocalDescription(await self.pc.createOffer())
        message = {
            "type": "join",
            "requestId": "join",
            "grant": self.site.control_plane.signer.sign(self.grant),
            "offer": change_offer(self.pc.localDescription.sdp),
            "publications": [{"mid": one.mid, "source": source} for one, source in sources],
        }
        await self.say({**message, **changes})
        self.joined = await self.answer_to("join")
        await self.pc.setRemoteDescription(RTCSessionDescription(self.joined["answer"], "answer"))
        for slot in slots:
            self._tasks.append(asyncio.create_task(self._count(str(slot.mid), slot.receiver.track)))

    async def _count(self, mid: str, track: MediaStreamTrack) -> None:
        while True:
            await track.recv()
            self.frames[mid] = self.frames.get(mid, 0) + 1

    def ask(self, message: Mapping[str, Any]) -> None:
        """Say something on the control channel."""
        assert self.control is not None
        self.control.send(json.dumps(message))

    def heard(self, kind: str) -> list[dict[str, Any]]:
        """What came on the control channel of one type."""
        return [message for message in self.told if message["type"] == kind]

    @property
    def roster(self) -> dict[str, dict[str, Any]]:
        """Everyone by id, as the control channel told."""
        people: dict[str, dict[str, Any]] = {}
        for message in self.told:
            match message["type"]:
                case "roster":
                    people |= {one["participant"]: one for one in message["participants"]}
                case "participant":
                    people[message["participant"]["participant"]] = message["participant"]
                case "participantLeft":
                    people.pop(message["participant"], None)
        return people

    def slot(self, kind: str) -> str:
        return next(str(slot["mid"]) for slot in self.joined["slots"] if slot["kind"] == kind)

    def publication(self, source: str) -> str:
        return next(str(p["publication"]) for p in self.joined["publications"] if p["source"] == source)

    async def is_connected(self) -> None:
        await eventually(lambda: self.pc.connectionState == "connected", f"{self.grant.name} is connected")
        await eventually(lambda: self.heard("roster"), f"{self.grant.name} has a roster")

    async def is_told(self, message: dict[str, Any]) -> None:
        """By signalling."""
        await eventually(lambda: message in self.messages, f"{self.grant.name} is told {message}")

    async def leave(self) -> None:
        await self.say({"type": "leave", "peer": self.grant.peer})

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._socket is not None:
            await self._socket.close()
        await self.pc.close()
