"""The native engine behind the seam: `parley_forwarder`, with the seam's events, counters and errors."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

import parley_forwarder

from sfu_container.engine import (
    CodecUnsupported,
    DtlsReceived,
    EncodingsWanted,
    EngineConfig,
    Event,
    IceConnected,
    IceLost,
    KeyframeTimeout,
    PublicationLine,
    SlotChanged,
    SlotLine,
    SpeakersChanged,
    SrtpProfile,
    StreamStarted,
    UnknownIdError,
)
from sfu_container.engine_stats import EngineStats, PeerStats
from sfu_container.native_stats import to_engine_stats, to_peer_stats

if TYPE_CHECKING:
    from parley_forwarder._engine import _Event

PEERS_AT_ONCE = 50
"""For whose statistics packets wait: about 3 µs a Peer with a dozen Slots."""


@contextmanager
def _known_ids() -> Iterator[None]:
    """Raise the seam's error for names that the engine does not know."""
    try:
        yield
    except parley_forwarder.UnknownIdError as error:
        raise UnknownIdError(*error.args) from None


class NativeEngine:
    """An `Engine` in Rust, on a thread of its own."""

    def __init__(
        self, udp: Sequence[tuple[str, int]], tcp: Sequence[tuple[str, int]], config: EngineConfig | None = None
    ) -> None:
        """Bind all sockets; port 0 takes a free one. Raises `OSError`, with nothing left open."""
        self._engine = parley_forwarder.Engine(udp, tcp, config or EngineConfig())

    @property
    def udp_addresses(self) -> list[tuple[str, int]]:
        """Where it listens, in the order asked for."""
        return self._engine.udp_addresses

    @property
    def tcp_addresses(self) -> list[tuple[str, int]]:
        """Where it listens, in the order asked for."""
        return self._engine.tcp_addresses

    def event_fd(self) -> int:
        return self._engine.event_fd()

    def poll_events(self, limit: int) -> list[Event]:
        return [_to_event(event) for event in self._engine.poll_events(limit)]

    def add_peer(self, peer: str, ufrag: str, pwd: str) -> None:
        self._engine.add_peer(peer, ufrag, pwd)

    def add_plain(self, peer: str, remote: tuple[str, int], profile: SrtpProfile, rx: bytes, tx: bytes) -> None:
        self._engine.add_plain(peer, remote, profile, rx, tx)

    def restart_ice(self, peer: str, ufrag: str, pwd: str, grace_ms: int) -> None:
        with _known_ids():
            self._engine.restart_ice(peer, ufrag, pwd, grace_ms)

    def remove_peer(self, peer: str) -> None:
        with _known_ids():
            self._engine.remove_peer(peer)

    def send_dtls(self, peer: str, data: bytes) -> None:
        with _known_ids():
            self._engine.send_dtls(peer, data)

    def set_srtp(self, peer: str, profile: SrtpProfile, rx: bytes, tx: bytes) -> None:
        with _known_ids():
            self._engine.set_srtp(peer, profile, rx, tx)

    def add_publication(self, peer: str, publication: str, line: PublicationLine) -> None:
        with _known_ids():
            self._engine.add_publication(
                peer, publication, line.kind, line.mid, line.encodings, line.codecs, dict(line.extensions)
            )

    def add_slot(self, peer: str, slot: str, line: SlotLine) -> None:
        with _known_ids():
            self._engine.add_slot(
                peer, slot, line.kind, line.mid, line.ssrc, line.rtx_ssrc, line.codecs, dict(line.extensions)
            )

    def route(self, slot: str, publication: str | None, max_height: int, max_temporal: int, priority: int) -> None:
        with _known_ids():
            self._engine.route(slot, publication, max_height, max_temporal, priority)

    def route_speakers(self, peer: str, room: str) -> None:
        with _known_ids():
            self._engine.route_speakers(peer, room)

    def set_paused(self, item: str, paused: bool) -> None:
        with _known_ids():
            self._engine.set_paused(item, paused)

    def remove(self, item: str) -> None:
        with _known_ids():
            self._engine.remove(item)

    def request_keyframe(self, publication: str) -> None:
        with _known_ids():
            self._engine.request_keyframe(publication)

    def stats(self) -> EngineStats:
        return to_engine_stats(self._engine.stats())

    def peer_stats(self, peers: Sequence[str]) -> dict[str, PeerStats]:
        told: dict[str, PeerStats] = {}
        for start in range(0, len(peers), PEERS_AT_ONCE):
            asked = self._engine.peer_stats(peers[start : start + PEERS_AT_ONCE])
            told.update((peer, to_peer_stats(stats)) for peer, stats in asked.items())
        return told

    def close(self) -> None:
        self._engine.close()


def _to_event(event: _Event) -> Event:
    match event:
        case ("iceConnected", peer, host, port, protocol):
            return IceConnected(peer, (host, port), protocol)
        case ("iceLost", peer):
            return IceLost(peer)
        case ("dtlsReceived", peer, data):
            return DtlsReceived(peer, data)
        case ("streamStarted", publication, rid, ssrc):
            return StreamStarted(publication, rid, ssrc)
        case ("slotChanged", slot, carried, rid):
            return SlotChanged(slot, carried, rid)
        case ("encodingsWanted", peer, publication, encodings):
            return EncodingsWanted(peer, publication, encodings)
        case ("codecUnsupported", slot, wanted, codec):
            return CodecUnsupported(slot, wanted, codec)
        case ("speakersChanged", room, levels, dominant):
            return SpeakersChanged(room, levels, dominant)
        case ("keyframeTimeout", publication):
            return KeyframeTimeout(publication)
