"""The node: its Rooms, and the one place where events of packets and links reach them.

Everything here runs on one thread and returns at once. A failure in handling one event is logged and touches nothing
else.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from parley_protocol.control import CONTROL_TO_NODE, MAX_CONTROL_BYTES, Layout
from parley_protocol.errors import LeaveReason
from parley_protocol.grants import MediaGrant
from parley_protocol.nodes import PeerConnected, PeerLeft
from parley_protocol.signalling import Join, Joined
from parley_protocol.wire import PublicationOffer
from sfu_container.engine import (
    CodecUnsupported,
    DtlsReceived,
    EncodingsWanted,
    Engine,
    Event,
    IceConnected,
    IceLost,
    KeyframeTimeout,
    SlotChanged,
    SpeakersChanged,
    StreamStarted,
    UnknownIdError,
)
from sfu_container.errors import (
    NodeDrainingError,
    NodeFullError,
    PeerNotFoundError,
    SignallingFailure,
    TooManyRequestsError,
    error_message,
)
from sfu_container.messages import parse_json, request_id_in
from sfu_container.offer import Offer
from sfu_container.peer import MediaAddress, Peer
from sfu_container.peer_media import parse_slot_id
from sfu_container.ports import LinkListener, Links, Mailbox, Reporter, SrtpKeys
from sfu_container.rate_limit import Rate, RateLimiter
from sfu_container.room import Room
from sfu_container.slot_states import SlotNews
from sfu_container.spent_grants import SpentGrants
from sfu_container.surroundings import Surroundings
from sfu_container.viewers import View

logger = logging.getLogger(__name__)

EVENTS_AT_ONCE = 256
CONTROL_RATE = Rate(per_second=20, burst=60)
PUBLICATION_RATE = Rate(per_second=3, burst=10)
"""For `publish`, `unpublish`, `mute` and `watchStats`: mostly everyone in the session is told of each."""
LOOKS_PER_TURN = 10
ERROR_RATE = Rate(per_second=2, burst=40)


@dataclass(frozen=True, slots=True)
class NodeLimits:
    peers: int = 200
    grace_seconds: float = 30.0


class Node:
    """Carries sessions. Implements RoomListener and LinkListener, and takes the Engine's events."""

    def __init__(
        self,
        engine: Engine,
        make_links: Callable[[LinkListener], Links],
        mailbox: Mailbox,
        reporter: Reporter,
        address: MediaAddress,
        limits: NodeLimits,
        clock: Callable[[], float],
    ) -> None:
        self.draining = False
        self.refusals: Counter[str] = Counter()
        """Refused messages by code."""
        self.departures: Counter[str] = Counter()
        """Peers that ended, by reason."""
        self._engine = engine
        self._reporter = reporter
        self._limits = limits
        self._clock = clock
        self._around = Surroundings(engine, make_links(self), mailbox, address, limits.grace_seconds, self)
        self._rooms: dict[str, Room] = {}
        self._turn = 0
        self._rooms_by_peer: dict[str, Room] = {}
        self._spent_grants = SpentGrants()
        self._control_limiter = RateLimiter(CONTROL_RATE)
        self._publication_limiter = RateLimiter(PUBLICATION_RATE)
        self._error_limiter = RateLimiter(ERROR_RATE)

    @property
    def peers(self) -> int:
        return len(self._rooms_by_peer)

    @property
    def sessions(self) -> tuple[str, ...]:
        return tuple(self._rooms)

    def room(self, session: str) -> Room | None:
        return self._rooms.get(session)

    def room_of(self, peer: str) -> Room | None:
        return self._rooms_by_peer.get(peer)

    def join(self, grant: MediaGrant, message: Join) -> Joined:
        """Let a Peer with a verified grant into its session's Room.

        Raises:
            NodeDrainingError, NodeFullError: it should go to another node.
            PeerNotFoundError: the Peer or the whole session has ended already, or the participant was removed.
            And what `Entrance.join` raises.
        """
        now = self._clock()
        with self._entering(grant, now) as room:
            return room.entrance.join(grant, message, now)

    def join_by_offer(
        self, grant: MediaGrant, offer: Offer, publications: Sequence[PublicationOffer], view: View
    ) -> tuple[Peer, str]:
        """Let a Peer without a control channel in, to see `view`. Raises as `join` and `Entrance.join_by_offer` do.

        The answer's SDP comes with the Peer.
        """
        now = self._clock()
        with self._entering(grant, now) as room:
            return room.entrance.join_by_offer(grant, offer, publications, view, now)

    @contextmanager
    def _entering(self, grant: MediaGrant, now: float) -> Iterator[Room]:
        """The Room that the grant is for, for as long as it takes to come in."""
        if grant.peer not in self._rooms_by_peer:
            self._admit(grant, now)
        room = self._rooms.setdefault(grant.session, Room(grant.session, self._around))
        try:
            yield room
            self._rooms_by_peer[grant.peer] = room
        finally:
            self._discard_if_empty(room)
        logger.info("join session=%s participant=%s peer=%s", grant.session, grant.sub, grant.peer)

    def _admit(self, grant: MediaGrant, now: float) -> None:
        if self.draining:
            raise NodeDrainingError("the node takes no more peers; join again")
        room = self._rooms.get(grant.session)
        replaces_a_peer = room is not None and room.has_participant(grant.sub)
        if self.peers >= self._limits.peers and not replaces_a_peer:
            raise NodeFullError("the node is full; join again")
        if self._spent_grants.has(grant, now):
            raise PeerNotFoundError("the peer or its session has ended; join again")

    def remove_participant(self, session: str, participant: str, peer: str | None, reason: LeaveReason) -> None:
        """A participant goes, or only that Peer of it when one is named; grants that are still about let nobody in."""
        self._spent_grants.remove(session, participant, peer, reason, self._clock())
        room = self._rooms.get(session)
        if room is not None:
            room.remove_participant(participant, peer, reason)

    def end_session(self, session: str, reason: LeaveReason) -> None:
        """Everyone goes, and grants for the session that are still about let nobody in."""
        self._spent_grants.end_session(session, self._clock())
        room = self._rooms.get(session)
        if room is not None:
            with _contained("the end of a session"):
                room.end(reason)

    def end_all(self, reason: LeaveReason) -> None:
        for room in list(self._rooms.values()):
            room.end(reason)

    def tick(self) -> None:
        """End what has run out of time; to be called about once a second."""
        now = self._clock()
        self._spent_grants.expire(now)
        for room in list(self._rooms.values()):
            with _contained("a room's deadlines"):
                room.expire(now)

    def tell_changes(self) -> None:
        """Tell everyone what has changed of others; to be called about five times a second."""
        for room in list(self._rooms.values()):
            with _contained("what changed in a room"):
                room.tell_changes()

    def look_at_connections(self) -> None:
        """Look at the connections of one room in ten; to be called five times a second, so that it is each one's turn

        every two seconds and the event loop is never held up for long.
        """
        self._turn = (self._turn + 1) % LOOKS_PER_TURN
        for room in list(self._rooms.values())[self._turn :: LOOKS_PER_TURN]:
            with _contained("the connections of a room"):
                room.look_at_connections()

    def peer_connected(self, peer: Peer) -> None:
        logger.info("connected session=%s participant=%s peer=%s", peer.grant.session, peer.participant, peer.id)
        self._reporter.report(PeerConnected(**_whereabouts(peer.grant)))

    def peer_left(self, peer: Peer, reason: LeaveReason) -> None:
        self.departures[reason] += 1
        self._spent_grants.end_peer(peer.id, self._clock())
        self._rooms_by_peer.pop(peer.id, None)
        logger.info(
            "leave session=%s participant=%s peer=%s reason=%s", peer.grant.session, peer.participant, peer.id, reason
        )
        self._reporter.report(PeerLeft(**_whereabouts(peer.grant), reason=reason))
        self._discard_if_empty(self._rooms[peer.grant.session])

    def _discard_if_empty(self, room: Room) -> None:
        if room.is_empty:
            self._rooms.pop(room.session, None)

    def pump(self) -> None:
        """Take what the Engine has to say; to be called when its `event_fd` is readable."""
        slots: dict[str, list[SlotNews]] = {}
        for event in self._engine.poll_events(EVENTS_AT_ONCE):
            if isinstance(event, SlotChanged | CodecUnsupported):
                peer, _ = parse_slot_id(event.slot)
                slots.setdefault(peer, []).append(event)
            else:
                with _contained("an event of the engine"):
                    self._dispatch(event)
        for peer, changes in slots.items():
            if peer in self._rooms_by_peer:
                with _contained("a slot change"):
                    self._rooms_by_peer[peer].announcements.slots_changed(peer, changes)

    def _dispatch(self, event: Event) -> None:
        match event:
            case DtlsReceived(peer=peer, data=data) if peer in self._rooms_by_peer:
                self._rooms_by_peer[peer].datagram_received(peer, data)
            case IceConnected(peer=peer) if peer in self._rooms_by_peer:
                self._rooms_by_peer[peer].path_found(peer)
            case IceLost(peer=peer) if peer in self._rooms_by_peer:
                self._rooms_by_peer[peer].path_lost(peer, self._clock())
            case EncodingsWanted(peer=peer) if peer in self._rooms_by_peer:
                self._rooms_by_peer[peer].announcements.encodings_wanted(event)
            case SpeakersChanged(room=session) if session in self._rooms:
                self._rooms[session].speakers_changed(event)
            case StreamStarted() | KeyframeTimeout():
                logger.debug("%r", event)

    def send_dtls(self, peer: str, data: bytes) -> None:
        """What links send; a Peer that is gone meanwhile gets nothing."""
        try:
            self._engine.send_dtls(peer, data)
        except UnknownIdError:
            logger.debug("peer=%s is gone; a DTLS datagram was dropped", peer)

    def link_secured(self, peer: str, keys: SrtpKeys) -> None:
        if peer in self._rooms_by_peer:
            with _contained("a finished handshake"):
                self._rooms_by_peer[peer].secured(peer, keys)

    def link_failed(self, peer: str) -> None:
        self._end_peer(peer, LeaveReason.DTLS_FAILED)

    def link_closed(self, peer: str) -> None:
        self._end_peer(peer, LeaveReason.LEFT)

    def _end_peer(self, peer: str, reason: LeaveReason) -> None:
        if peer in self._rooms_by_peer:
            with _contained("the end of a link"):
                self._rooms_by_peer[peer].end_peer(peer, reason)

    def control_opened(self, peer: str) -> None:
        if peer in self._rooms_by_peer:
            with _contained("an opened control channel"):
                self._rooms_by_peer[peer].announcements.tell_all(peer)

    def control_received(self, peer: str, data: str | bytes) -> None:
        room = self._rooms_by_peer.get(peer)
        if room is None:
            return
        try:
            if not self._control_limiter.take(peer, self._clock()):
                raise TooManyRequestsError("control messages come too fast")
            message = parse_json(CONTROL_TO_NODE, data, MAX_CONTROL_BYTES)
            if not isinstance(message, Layout) and not self._publication_limiter.take(peer, self._clock()):
                raise TooManyRequestsError("publications change too fast")
            room.requests.handle(peer, message)
        except Exception as error:  # noqa: BLE001 - a bug in one message must not end the Peer's DTLS task
            request_id = request_id_in(data, MAX_CONTROL_BYTES)
            self.refused(error, f"session={room.session} peer={peer}", request_id)
            if peer in self._rooms_by_peer and self.may_answer(peer):
                room.send_control(peer, error_message(error, request_id))

    def refused(self, error: Exception, who: str, request_id: str | None) -> None:
        """Count and log a message that was not done; anything but a SignallingFailure is a bug."""
        if isinstance(error, SignallingFailure):
            self.refusals[error.code] += 1
            logger.info("refused %s request=%s code=%s: %s", who, request_id, error.code, error)
        else:
            self.refusals["Internal"] += 1
            logger.error("failed %s request=%s", who, request_id, exc_info=error)

    def may_answer(self, sender: str) -> bool:
        """Whether an error may be told to this sender now; a flood of bad messages is not answered one by one."""
        return self._error_limiter.take(sender, self._clock())


def _whereabouts(grant: MediaGrant) -> dict[str, Any]:
    """The fields that every event of this Peer has now."""
    return {
        "tenant": grant.tenant,
        "meeting": grant.meeting,
        "session": grant.session,
        "participant": grant.sub,
        "peer": grant.peer,
        "at": datetime.now(UTC),
    }


@contextmanager
def _contained(what: str) -> Iterator[None]:
    """Log a bug instead of letting it end the loop that called."""
    try:
        yield
    except Exception:
        logger.exception("%s could not be handled", what)
