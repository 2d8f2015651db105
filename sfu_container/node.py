"""The node: who may come in, what it does in a steady rhythm, and what it reports.

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

from parley_protocol.errors import LeaveReason
from parley_protocol.grants import Grants, MediaGrant, Role, Source
from parley_protocol.nodes import PeerConnected, PeerLeft
from parley_protocol.quality import PeerQuality
from parley_protocol.signalling import Join, Joined
from parley_protocol.wire import PublicationOffer
from sfu_container.containment import contained
from sfu_container.engine import Engine, UnknownIdError
from sfu_container.engine_events import EngineEvents
from sfu_container.errors import NodeDrainingError, NodeFullError, PeerNotFoundError
from sfu_container.link_events import LinkEvents
from sfu_container.offer import Offer
from sfu_container.peer import MediaAddress, Peer
from sfu_container.ports import LinkListener, Links, Mailbox, Reporter
from sfu_container.refusals import Refusals
from sfu_container.room import Room
from sfu_container.rooms import Rooms
from sfu_container.spent_grants import SpentGrants
from sfu_container.surroundings import Surroundings
from sfu_container.traces import NoTraces, Traces
from sfu_container.viewers import View

logger = logging.getLogger(__name__)

LOOKS_PER_TURN = 10


@dataclass(frozen=True, slots=True)
class NodeLimits:
    peers: int = 200
    grace_seconds: float = 30.0


class Node:
    """Carries sessions. Implements RoomListener."""

    def __init__(
        self,
        engine: Engine,
        make_links: Callable[[LinkListener], Links],
        mailbox: Mailbox,
        reporter: Reporter,
        address: MediaAddress,
        limits: NodeLimits,
        clock: Callable[[], float],
        traces: Traces | None = None,
    ) -> None:
        self.draining = False
        self.retiring = False
        """Whether the controller is to give this node no further session."""
        self.refusals = Refusals(clock)
        self.departures: Counter[str] = Counter()
        """Peers that ended, by reason."""
        self.rooms = Rooms(lambda session: Room(session, around))
        self.link_events = LinkEvents(self.rooms, self.refusals, clock)
        self.engine_events = EngineEvents(engine, self.rooms, clock)
        around = Surroundings(engine, make_links(self.link_events), mailbox, address, limits.grace_seconds, self)
        self._engine = engine
        self._reporter = reporter
        self._limits = limits
        self._clock = clock
        self._traces = traces or NoTraces()
        self._turn = 0
        self._spent_grants = SpentGrants()

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
        # The trace is that of the request for the grant, so that the two can be looked at together.
        about = {"session": grant.session, "participant": grant.sub, "peer": grant.peer}
        with self._traces.span("join", grant.trace, about):
            if self.rooms.of_peer(grant.peer) is None:
                self._admit(grant, now)
            room = self.rooms.open(grant.session)
            try:
                yield room
                self.rooms.peer_entered(grant.peer, room)
            finally:
                self.rooms.discard_if_empty(room)
        logger.info(
            "join session=%s participant=%s peer=%s trace=%s", grant.session, grant.sub, grant.peer, grant.trace or ""
        )

    def _admit(self, grant: MediaGrant, now: float) -> None:
        if self.draining:
            raise NodeDrainingError("the node takes no more peers; join again")
        room = self.rooms.of_session(grant.session)
        replaces_a_peer = room is not None and room.has_participant(grant.sub)
        if self.rooms.peers >= self._limits.peers and not replaces_a_peer:
            raise NodeFullError("the node is full; join again")
        if self._spent_grants.has(grant, now):
            raise PeerNotFoundError("the peer or its session has ended; join again")

    def remove_participant(self, session: str, participant: str, peer: str | None, reason: LeaveReason) -> None:
        """A participant goes, or only that Peer of it when one is named; grants that are still about let nobody in."""
        self._spent_grants.remove(session, participant, peer, reason, self._clock())
        room = self.rooms.of_session(session)
        if room is not None:
            room.remove_participant(participant, peer, reason)

    def change_grants(self, session: str, participant: str, role: Role, grants: Grants) -> None:
        """What a participant is and may do from now on; what it publishes and may not ends at once."""
        room = self.rooms.of_session(session)
        if room is not None:
            room.moderation.change_grants(participant, role, grants)

    def mute(self, session: str, participant: str | None, sources: Sequence[Source]) -> None:
        """Mutes sources of a participant or, without one, of all who do not moderate."""
        room = self.rooms.of_session(session)
        if room is not None:
            room.moderation.mute(participant, sources)

    def end_session(self, session: str, reason: LeaveReason) -> None:
        """Everyone goes, and grants for the session that are still about let nobody in."""
        self._spent_grants.end_session(session, self._clock())
        room = self.rooms.of_session(session)
        if room is not None:
            with contained("the end of a session"):
                room.end(reason)

    def end_all(self, reason: LeaveReason) -> None:
        for room in self.rooms.all():
            room.end(reason)

    def tick(self) -> None:
        """End what has run out of time; to be called about once a second."""
        now = self._clock()
        self._spent_grants.expire(now)
        for room in self.rooms.all():
            with contained("a room's deadlines"):
                room.expire(now)

    def tell_changes(self) -> None:
        """Tell everyone what has changed of others; to be called about five times a second."""
        for room in self.rooms.all():
            with contained("what changed in a room"):
                room.tell_changes()

    def look_at_connections(self) -> None:
        """Look at the connections of one room in ten; to be called five times a second, so that it is each one's turn

        every two seconds and the event loop is never held up for long.
        """
        now = self._clock()
        self._turn = (self._turn + 1) % LOOKS_PER_TURN
        for room in self.rooms.all()[self._turn :: LOOKS_PER_TURN]:
            with contained("the connections of a room"):
                room.look_at_connections(now)

    def peer_connected(self, peer: Peer) -> None:
        logger.info("connected session=%s participant=%s peer=%s", peer.grant.session, peer.participant, peer.id)
        self._reporter.report(PeerConnected(**_whereabouts(peer.grant)))

    def peer_left(self, peer: Peer, reason: LeaveReason, quality: PeerQuality | None) -> None:
        self.departures[reason] += 1
        self._spent_grants.end_peer(peer.id, self._clock())
        logger.info(
            "leave session=%s participant=%s peer=%s reason=%s", peer.grant.session, peer.participant, peer.id, reason
        )
        self._reporter.report(PeerLeft(**_whereabouts(peer.grant), reason=reason, quality=quality))
        self.rooms.peer_left(peer.id)

    def send_dtls(self, peer: str, data: bytes) -> None:
        """What links send; a Peer that is gone meanwhile gets nothing."""
        try:
            self._engine.send_dtls(peer, data)
        except UnknownIdError:
            logger.debug("peer=%s is gone; a DTLS datagram was dropped", peer)


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
