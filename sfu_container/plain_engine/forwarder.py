"""The engine without sockets and clock: bytes, calls and the time go in; bytes and events come out.

Times are in seconds and only ever compared with one another. `tick` has to be called about every `TICK_SECONDS`.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy

from sfu_container.engine import (
    Codec,
    DtlsReceived,
    Encoding,
    EngineConfig,
    EngineStats,
    Event,
    MediaKind,
    SrtpProfile,
    UnknownIdError,
)
from sfu_container.plain_engine.errors import BadInputError, DropReason
from sfu_container.plain_engine.ice_agent import Credentials, Path
from sfu_container.plain_engine.ice_server import IceServer
from sfu_container.plain_engine.peer import Peer, Transmit
from sfu_container.plain_engine.publication import Publication
from sfu_container.plain_engine.schedule import Schedule
from sfu_container.plain_engine.slot import Slot
from sfu_container.plain_engine.slot_output import SlotOutput
from sfu_container.plain_engine.speaker_room import SpeakerRoom
from sfu_container.plain_engine.srtp import SrtpSession

TICK_SECONDS = 0.02
_TRANSPORT_FEEDBACK_SECONDS = 0.05
_SELECTION_SECONDS = 0.1
"""How often encodings and speakers are chosen again."""
_EXPIRY_SECONDS = 0.25
_REPORT_SECONDS = 1.0

logger = logging.getLogger(__name__)


class Forwarder:
    def __init__(self, config: EngineConfig, transmit: Transmit, emit: Callable[[Event], None]) -> None:
        self._config = config
        self._transmit = transmit
        self._emit = emit
        self._totals = EngineStats()
        self._ice = IceServer(config.ice_timeout_ms / 1000, emit)
        self._peers: dict[str, Peer] = {}
        self._publications: dict[str, Publication] = {}
        self._slots: dict[str, tuple[Peer, Slot]] = {}
        self._rooms: dict[str, SpeakerRoom] = {}
        self._schedule = Schedule()
        self._schedule.every(TICK_SECONDS, self._send_requests)
        self._schedule.every(_TRANSPORT_FEEDBACK_SECONDS, self._send_transport_feedback)
        self._schedule.every(_SELECTION_SECONDS, self._select)
        self._schedule.every(_EXPIRY_SECONDS, self._ice.expire)
        self._schedule.every(_REPORT_SECONDS, self._send_reports)

    def receive(self, path: Path, data: bytes, now: float) -> None:
        """Take a datagram, or a frame from TCP. Whatever it is, it raises nothing."""
        try:
            self._receive(path, data, now)
        except BadInputError as error:
            self.count_drop(error.reason)
            logger.debug("dropped %d bytes from %s: %s", len(data), path, error)

    def _receive(self, path: Path, data: bytes, now: float) -> None:
        """Tell protocols apart by the first byte (RFC 7983)."""
        first = data[0] if data else 0xFF
        if first <= 3:
            answer = self._ice.answer(path, data, now)
            if answer is not None:
                self._transmit(path, answer)
            return
        is_dtls, is_srtp = 20 <= first <= 63, 128 <= first <= 191
        if not is_dtls and not is_srtp:
            raise BadInputError(DropReason.UNKNOWN_PROTOCOL)
        agent = self._ice.agent_at(path)
        if agent is None:
            raise BadInputError(DropReason.UNKNOWN_SOURCE)
        if is_dtls:
            self._emit(DtlsReceived(agent.peer, data))
            return
        self._peers[agent.peer].receive_srtp(data, now)
        self._ice.hear(agent, path, now)

    def is_proven(self, path: Path) -> bool:
        """Whether a Peer has proven by a valid STUN check that the path is its own."""
        return self._ice.agent_at(path) is not None

    def forget_path(self, path: Path) -> None:
        """A TCP connection is closed."""
        self._ice.forget_path(path)

    def count_drop(self, reason: DropReason) -> None:
        """Count input that was dropped."""
        self._totals.dropped[reason.value] = self._totals.dropped.get(reason.value, 0) + 1

    def tick(self, now: float) -> None:
        """Do what is due."""
        self._schedule.run(now)

    def add_peer(self, peer: str, ufrag: str, pwd: str) -> None:
        """As `Engine.add_peer`; raises `ValueError` for an id or a ufrag that is in use."""
        if peer in self._peers:
            raise ValueError(f"{peer} is in use")
        agent = self._ice.add(peer, Credentials(ufrag, pwd))
        timeout_seconds = self._config.keyframe_timeout_ms / 1000
        self._peers[peer] = Peer(agent, timeout_seconds, self._totals, self._transmit, self._emit)

    def restart_ice(self, peer: str, ufrag: str, pwd: str, grace_ms: int, now: float) -> None:
        """As `Engine.restart_ice`; raises `ValueError` for a ufrag that is in use."""
        self._peer(peer)
        self._ice.restart(peer, Credentials(ufrag, pwd), now + grace_ms / 1000)

    def remove_peer(self, peer: str, now: float) -> None:
        """As `Engine.remove_peer`."""
        gone = self._peer(peer)
        for item in [*gone.receiver.publications, *gone.slots]:
            self.remove(item, now)
        self._leave_room(gone, now)
        self._ice.remove(peer)
        del self._peers[peer]

    def send_dtls(self, peer: str, data: bytes) -> None:
        """As `Engine.send_dtls`."""
        self._peer(peer).send_dtls(data)

    def set_srtp(self, peer: str, profile: SrtpProfile, rx: bytes, tx: bytes) -> None:
        """As `Engine.set_srtp`; raises `ValueError` for keys of a wrong size."""
        self._peer(peer).srtp = SrtpSession(profile, rx, tx)

    def add_publication(
        self,
        peer: str,
        publication: str,
        kind: MediaKind,
        mid: str,
        encodings: Sequence[Encoding],
        codecs: Sequence[Codec],
        extensions: Mapping[int, str],
        now: float,
    ) -> None:
        """As `Engine.add_publication`; raises `ValueError` for an id or an m-line that is in use."""
        owner = self._peer(peer)
        self._check_free(publication)
        added = Publication(peer, publication, kind, mid, encodings, codecs, extensions)
        owner.receiver.add(added)
        self._publications[publication] = added
        self._update_room(owner, now)

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
        now: float,
    ) -> None:
        """As `Engine.add_slot`; raises `ValueError` for an id or an SSRC that is in use."""
        owner = self._peer(peer)
        self._check_free(slot)
        cache_size = self._config.retransmission_cache_packets
        added = Slot(slot, kind, SlotOutput(mid, ssrc, rtx_ssrc, codecs, extensions, cache_size, owner), self._emit)
        owner.add_slot(added, ssrc)
        self._slots[slot] = owner, added
        self._update_room(owner, now)

    def route(self, slot: str, publication: str | None, max_height: int, max_temporal: int, now: float) -> None:
        """As `Engine.route`; priority has no use without an estimate of bandwidth."""
        _, routed = self._slot(slot)
        wanted = None if publication is None else self._publication(publication)
        routed.want(wanted, now, max_height, max_temporal)

    def route_speakers(self, peer: str, room: str, now: float) -> None:
        """As `Engine.route_speakers`."""
        member = self._peer(peer)
        if member.room != room:
            self._leave_room(member, now)
        if room not in self._rooms:
            self._rooms[room] = SpeakerRoom(room, self._config.speakers_interval_ms / 1000, self._emit)
        member.room = room
        self._rooms[room].members[peer] = member
        self._rooms[room].update(now)

    def set_paused(self, item: str, paused: bool, now: float) -> None:
        """As `Engine.set_paused`."""
        if item in self._publications:
            publication = self._publications[item]
            publication.paused = paused
            publication.retarget_slots(now)
            self._update_room(self._peers[publication.peer], now)
        else:
            owner, slot = self._slot(item)
            slot.pause(paused, now)
            self._update_room(owner, now)

    def remove(self, item: str, now: float) -> None:
        """As `Engine.remove`."""
        if item in self._publications:
            publication = self._publications.pop(item)
            owner = self._peers[publication.peer]
            owner.receiver.remove(publication)
        else:
            owner, slot = self._slot(item)
            owner.remove_slot(slot)
            del self._slots[item]
        self._update_room(owner, now)

    def request_keyframe(self, publication: str, now: float) -> None:
        """As `Engine.request_keyframe`: of all its encodings that flow."""
        for stream in self._publication(publication).streams.values():
            if stream.is_flowing(now):
                stream.ask_for_keyframe(now)

    def stats(self, peer: str | None) -> EngineStats:
        """As `Engine.stats`; drops are counted for the whole engine only."""
        if peer is None:
            stats = deepcopy(self._totals)
            stats.peers = {name: deepcopy(other.stats) for name, other in self._peers.items()}
            return stats
        of_peer = deepcopy(self._peer(peer).stats)
        received, sent = of_peer.received, of_peer.sent
        return EngineStats({peer: of_peer}, received.packets, received.bytes, sent.packets, sent.bytes)

    def _send_requests(self, now: float) -> None:
        for peer in self._peers.values():
            peer.send_rtcp(peer.receiver.take_requests(now))

    def _send_transport_feedback(self, now: float) -> None:
        for peer in self._peers.values():
            peer.send_rtcp(peer.receiver.take_transport_feedback())

    def _send_reports(self, now: float) -> None:
        for peer in self._peers.values():
            peer.send_rtcp(peer.receiver.take_reports(now))

    def _select(self, now: float) -> None:
        for peer in self._peers.values():
            peer.receiver.retarget_slots(now)
        for room in self._rooms.values():
            room.update(now)

    def _update_room(self, peer: Peer, now: float) -> None:
        if peer.room is not None:
            self._rooms[peer.room].update(now)

    def _leave_room(self, peer: Peer, now: float) -> None:
        if peer.room is None:
            return
        room = self._rooms[peer.room]
        peer.room = None
        del room.members[peer.id]
        room.update(now)
        if not room.members:
            del self._rooms[room.name]

    def _check_free(self, item: str) -> None:
        if item in self._publications or item in self._slots:
            raise ValueError(f"{item} is in use")

    def _peer(self, peer: str) -> Peer:
        try:
            return self._peers[peer]
        except KeyError:
            raise UnknownIdError(peer) from None

    def _publication(self, publication: str) -> Publication:
        try:
            return self._publications[publication]
        except KeyError:
            raise UnknownIdError(publication) from None

    def _slot(self, slot: str) -> tuple[Peer, Slot]:
        try:
            return self._slots[slot]
        except KeyError:
            raise UnknownIdError(slot) from None
