"""One SFU process: its parts wired together, its start, and its orderly end."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Mapping
from contextlib import AsyncExitStack
from typing import Any

from parley_protocol import nodes
from parley_protocol.errors import LeaveReason
from parley_protocol.ids import new_id
from sfu_container.config import Settings
from sfu_container.control_plane import ControlPlane, ControlPlaneError
from sfu_container.dtls import DtlsLinks
from sfu_container.engine import Engine
from sfu_container.event_reports import EventReports
from sfu_container.grants import GrantVerifier
from sfu_container.inbox import Inbox
from sfu_container.load import LoadMeter
from sfu_container.loop_lag import LoopLag
from sfu_container.metrics import NodeCollector, make_registry
from sfu_container.node import Node, NodeLimits
from sfu_container.peer import MediaAddress
from sfu_container.rate_limit import Rate
from sfu_container.registration import Registration
from sfu_container.server import make_app, serve
from sfu_container.signalling import Signalling
from sfu_container.traces import open_traces
from sfu_container.whip.doorkeeper import Doorkeeper
from sfu_container.whip.endpoint import WhipEndpoint

logger = logging.getLogger(__name__)

TICK_SECONDS = 1.0
CHANGES_SECONDS = 0.2
FAREWELL_SECONDS = 1.0
"""For each of the last messages: that the node drains, that its Peers have ended, and to the Peers themselves."""


class SfuProcess:
    """Owns the node's parts. `run` works until it is cancelled, and then takes its leave."""

    def __init__(self, settings: Settings, engine: Engine) -> None:
        self.id = new_id("nod")
        self._settings = settings
        self._engine = engine
        self._control_plane = ControlPlane(settings.control_url, settings.service_key.get_secret_value(), self.id)
        verifier = GrantVerifier(self.id)
        self._registration = Registration(self._control_plane, self._report, verifier, self._end_session)
        self._reports = EventReports(self._control_plane)
        self._traces = open_traces(settings.otlp_endpoint)
        self._signalling = Signalling(self._registration.signalling_url, self._receive)
        self._node = Node(
            engine,
            lambda listener: DtlsLinks(self._send_dtls, listener),
            self._signalling,
            self._reports,
            MediaAddress(settings.media_address, settings.media_port),
            NodeLimits(settings.node_peers, settings.grace_seconds),
            time.monotonic,
            self._traces,
        )
        self._inbox = Inbox(self._node, verifier, self._signalling, time.monotonic)
        rate = Rate(settings.whip_requests_per_second, settings.whip_requests_at_once)
        self._whip = WhipEndpoint(self._node, Doorkeeper(self._control_plane, verifier), rate, time.monotonic)
        self._meter = LoadMeter(self._node.rooms, engine, time.monotonic())

    def _receive(self, group: str, sender: str | None, data: object) -> None:
        self._inbox.receive(group, sender, data)

    def _send_dtls(self, peer: str, data: bytes) -> None:
        self._node.send_dtls(peer, data)

    def _end_session(self, session: str) -> None:
        self._node.end_session(session, LeaveReason.ENDED)

    def _report(self, needs_signalling: bool) -> nodes.NodeReport:
        settings = self._settings
        return nodes.NodeReport(
            region=settings.node_region,
            version=settings.node_version,
            track=settings.node_track,
            address=nodes.MediaAddress(ip=settings.media_address, port=settings.media_port),
            http_address=settings.http_address,
            capacity=nodes.Capacity(packets_per_second=settings.node_packets_per_second, peers=settings.node_peers),
            load=self._meter.measure(time.monotonic()),
            draining=self._node.draining,
            retiring=self._node.retiring,
            needs_signalling=needs_signalling,
            listening=self._signalling.is_connected,
            sessions=self._node.rooms.sessions,
        )

    def health(self) -> Mapping[str, Any]:
        """What `/healthz` answers."""
        return {
            "status": self._status(),
            "node": self.id,
            "sessions": len(self._node.rooms.sessions),
            "peers": self._node.rooms.peers,
            "registered": self._registration.is_registered,
            "signalling": self._signalling.is_connected,
        }

    def _status(self) -> str:
        if self._node.draining:
            return "draining"
        return "retiring" if self._node.retiring else "ok"

    def retire(self) -> None:
        """Take no further session. Those that are here go on, and whoever belongs to one can still come in."""
        logger.info("node=%s retires", self.id)
        self._node.retiring = True

    def _undelivered(self) -> Mapping[str, int]:
        return {"signalling": self._signalling.dropped, "events": self._reports.dropped}

    async def run(self) -> None:
        """Serve until cancelled."""
        lag = LoopLag()
        registry = make_registry(NodeCollector(self._node, self._engine, lag, self._undelivered))
        loop = asyncio.get_running_loop()
        async with AsyncExitStack() as stack:
            # Beside the event loop: the last spans may take a while to be sent.
            stack.push_async_callback(asyncio.to_thread, self._traces.close)
            app = make_app(self.health, registry)
            self._whip.add_to(app)
            runner = await serve(app, self._settings.http_bind, self._settings.http_port)
            stack.push_async_callback(runner.cleanup)
            await stack.enter_async_context(self._control_plane)
            loop.add_reader(self._engine.event_fd(), self._node.engine_events.pump)
            stack.callback(loop.remove_reader, self._engine.event_fd())
            logger.info("node=%s media=%s:%d", self.id, self._settings.media_address, self._settings.media_port)
            async with asyncio.TaskGroup() as tasks:
                for work in (
                    self._registration.run(),
                    self._signalling.run(),
                    self._reports.run(),
                    lag.run(),
                    _every(TICK_SECONDS, self._node.tick),
                    _every(CHANGES_SECONDS, self._node.tell_changes),
                    _every(CHANGES_SECONDS, self._node.look_at_connections),
                ):
                    tasks.create_task(work)
                try:
                    await asyncio.Event().wait()
                except asyncio.CancelledError:
                    await self._take_leave()
                    raise

    async def _take_leave(self) -> None:
        """Tell everyone that the node goes, each within a bounded time, while the parts still work."""
        logger.info("node=%s is going", self.id)
        self._node.draining = True
        self._node.end_all(LeaveReason.NODE_LOST)
        for farewell in (self._registration.beat(), self._signalling.flushed(), self._reports.drained()):
            try:
                async with asyncio.timeout(FAREWELL_SECONDS):
                    await farewell
            except (TimeoutError, ControlPlaneError) as error:
                logger.info("node=%s could not say goodbye to everyone: %r", self.id, error)


async def _every(seconds: float, work: Callable[[], None]) -> None:
    while True:
        await asyncio.sleep(seconds)
        work()
