"""The edge: sockets, clock and timers around the `Forwarder`, on the running event loop."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence

from sfu_container.engine import Codec, Encoding, EngineConfig, EngineStats, Event, MediaKind, SrtpProfile
from sfu_container.plain_engine.errors import DropReason
from sfu_container.plain_engine.event_queue import EventQueue
from sfu_container.plain_engine.forwarder import TICK_SECONDS, Forwarder
from sfu_container.plain_engine.ice_agent import Path
from sfu_container.plain_engine.tcp_port import TcpPort
from sfu_container.plain_engine.udp_port import UdpPort

Address = tuple[str, int]


class PlainEngine:
    """An `Engine` in plain Python. All calls have to be made on the loop that ran when it was made."""

    def __init__(self, udp: Sequence[Address], tcp: Sequence[Address], config: EngineConfig | None = None) -> None:
        """Bind all sockets; port 0 takes a free one. Raises `OSError`, with nothing left open."""
        self._loop = asyncio.get_running_loop()
        self._events = EventQueue()
        self._forwarder = Forwarder(config or EngineConfig(), self._transmit, self._push)
        self._udp: list[UdpPort] = []
        self._tcp: list[TcpPort] = []
        self._timer = self._loop.call_later(TICK_SECONDS, self._tick)
        try:
            for address in udp:
                self._udp.append(UdpPort(address, len(self._udp), self._receive, self._loop))
            for address in tcp:
                self._tcp.append(TcpPort(address, len(self._tcp), self._forwarder, self._loop))
        except OSError:
            self.close()
            raise

    @property
    def udp_addresses(self) -> list[Address]:
        """Where it listens, in the order asked for."""
        return [port.address for port in self._udp]

    @property
    def tcp_addresses(self) -> list[Address]:
        """Where it listens, in the order asked for."""
        return [port.address for port in self._tcp]

    def _receive(self, path: Path, data: bytes) -> None:
        self._forwarder.receive(path, data, self._loop.time())

    def _transmit(self, path: Path, data: bytes) -> None:
        port = self._udp[path.local] if path.protocol == "udp" else self._tcp[path.local]
        if not port.send(path, data):
            self._forwarder.count_drop(DropReason.NOT_SENT)

    def _push(self, event: Event) -> None:
        if not self._events.push(event):
            self._forwarder.count_drop(DropReason.EVENTS_FULL)

    def _tick(self) -> None:
        self._timer = self._loop.call_later(TICK_SECONDS, self._tick)
        self._forwarder.tick(self._loop.time())
        for port in self._tcp:
            port.expire()

    def event_fd(self) -> int:
        return self._events.descriptor

    def poll_events(self, limit: int) -> list[Event]:
        return self._events.take(limit)

    def add_peer(self, peer: str, ufrag: str, pwd: str) -> None:
        self._forwarder.add_peer(peer, ufrag, pwd)

    def restart_ice(self, peer: str, ufrag: str, pwd: str, grace_ms: int) -> None:
        self._forwarder.restart_ice(peer, ufrag, pwd, grace_ms, self._loop.time())

    def remove_peer(self, peer: str) -> None:
        self._forwarder.remove_peer(peer, self._loop.time())

    def send_dtls(self, peer: str, data: bytes) -> None:
        self._forwarder.send_dtls(peer, data)

    def set_srtp(self, peer: str, profile: SrtpProfile, rx: bytes, tx: bytes) -> None:
        self._forwarder.set_srtp(peer, profile, rx, tx)

    def add_publication(
        self,
        peer: str,
        publication: str,
        kind: MediaKind,
        mid: str,
        encodings: Sequence[Encoding],
        codecs: Sequence[Codec],
        extensions: Mapping[int, str],
    ) -> None:
        now = self._loop.time()
        self._forwarder.add_publication(peer, publication, kind, mid, encodings, codecs, extensions, now)

    def add_slot(
        self,
        peer: str,
        slot: str,
        kind: MediaKind,
        mid: str,
        ssrc: int,
        rtx_ssrc: int | None,
        codecs: Sequence[Codec],
        extensions: Mapping[int, str],
    ) -> None:
        now = self._loop.time()
        self._forwarder.add_slot(peer, slot, kind, mid, ssrc, rtx_ssrc, codecs, extensions, now)

    def route(self, slot: str, publication: str | None, max_height: int, max_temporal: int, priority: int) -> None:
        self._forwarder.route(slot, publication, max_height, max_temporal, self._loop.time())

    def route_speakers(self, peer: str, room: str) -> None:
        self._forwarder.route_speakers(peer, room, self._loop.time())

    def set_paused(self, item: str, paused: bool) -> None:
        self._forwarder.set_paused(item, paused, self._loop.time())

    def remove(self, item: str) -> None:
        self._forwarder.remove(item, self._loop.time())

    def request_keyframe(self, publication: str) -> None:
        self._forwarder.request_keyframe(publication, self._loop.time())

    def stats(self, peer: str | None) -> EngineStats:
        return self._forwarder.stats(peer)

    def close(self) -> None:
        self._timer.cancel()
        for udp_port in self._udp:
            udp_port.close()
        for tcp_port in self._tcp:
            tcp_port.close()
        self._events.close()
