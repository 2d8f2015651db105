"""An Engine that records what it is told."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence

from sfu_container.engine import Event, PublicationLine, SlotLine, SrtpProfile, UnknownIdError
from sfu_container.engine_stats import EngineStats, PeerStats


class RecordingEngine:
    """An Engine that knows ids and nothing of packets; a call with an unknown one fails as the real one's would."""

    def __init__(self) -> None:
        self.peers: dict[str, tuple[str, str]] = {}
        self.publications: dict[str, str] = {}
        self.slots: dict[str, str] = {}
        self.publication_lines: dict[str, PublicationLine] = {}
        self.slot_lines: dict[str, SlotLine] = {}
        self.routes: dict[str, tuple[str | None, int, int]] = {}
        self.paused: set[str] = set()
        self.speaking: dict[str, str] = {}
        self.srtp: dict[str, SrtpProfile] = {}
        self.restarts: list[str] = []
        self.keyframes: list[str] = []
        self.datagrams: list[tuple[str, bytes]] = []
        self.events: deque[Event] = deque()
        self.counters = EngineStats()
        self.peer_counters: dict[str, PeerStats] = {}

    def event_fd(self) -> int:
        raise NotImplementedError("tests pump by hand")

    def poll_events(self, limit: int) -> list[Event]:
        return [self.events.popleft() for _ in range(min(limit, len(self.events)))]

    def add_peer(self, peer: str, ufrag: str, pwd: str) -> None:
        self.peers[peer] = (ufrag, pwd)

    def add_plain(self, peer: str, remote: tuple[str, int], profile: SrtpProfile, rx: bytes, tx: bytes) -> None:
        raise NotImplementedError("rooms have no plain Peers")

    def restart_ice(self, peer: str, ufrag: str, pwd: str, grace_ms: int) -> None:
        self._known(self.peers, peer)
        self.peers[peer] = (ufrag, pwd)
        self.restarts.append(peer)

    def remove_peer(self, peer: str) -> None:
        self._known(self.peers, peer)
        del self.peers[peer]
        for table in (self.publications, self.slots):
            for item in [item for item, owner in table.items() if owner == peer]:
                self.remove(item)
        self.speaking.pop(peer, None)
        self.srtp.pop(peer, None)

    def send_dtls(self, peer: str, data: bytes) -> None:
        self._known(self.peers, peer)
        self.datagrams.append((peer, data))

    def set_srtp(self, peer: str, profile: SrtpProfile, rx: bytes, tx: bytes) -> None:
        self._known(self.peers, peer)
        self.srtp[peer] = profile

    def add_publication(self, peer: str, publication: str, line: PublicationLine) -> None:
        self._known(self.peers, peer)
        self.publications[publication] = peer
        self.publication_lines[publication] = line

    def add_slot(self, peer: str, slot: str, line: SlotLine) -> None:
        self._known(self.peers, peer)
        self.slots[slot] = peer
        self.slot_lines[slot] = line

    def route(self, slot: str, publication: str | None, max_height: int, max_temporal: int, priority: int) -> None:
        self._known(self.slots, slot)
        if publication is not None:
            self._known(self.publications, publication)
        self.routes[slot] = (publication, max_height, priority)

    def route_speakers(self, peer: str, room: str) -> None:
        self._known(self.peers, peer)
        self.speaking[peer] = room

    def set_paused(self, item: str, paused: bool) -> None:
        self._known({**self.publications, **self.slots}, item)
        (self.paused.add if paused else self.paused.discard)(item)

    def remove(self, item: str) -> None:
        self._known({**self.publications, **self.slots}, item)
        self.publications.pop(item, None)
        self.slots.pop(item, None)
        self.publication_lines.pop(item, None)
        self.slot_lines.pop(item, None)
        self.routes.pop(item, None)
        self.paused.discard(item)

    def request_keyframe(self, publication: str) -> None:
        self._known(self.publications, publication)
        self.keyframes.append(publication)

    def stats(self) -> EngineStats:
        return self.counters

    def peer_stats(self, peers: Sequence[str]) -> dict[str, PeerStats]:
        return {peer: self.peer_counters.get(peer, PeerStats()) for peer in peers if peer in self.peers}

    def close(self) -> None: ...

    @property
    def is_bare(self) -> bool:
        """Whether nothing is left of any Peer."""
        return not (self.peers or self.publications or self.slots or self.routes or self.paused or self.speaking)

    @staticmethod
    def _known(table: Mapping[str, object], item: str) -> None:
        if item not in table:
            raise UnknownIdError(item)
