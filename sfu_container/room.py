"""A Room: one session's participants on this node, from their coming to their going.

A Participant is here exactly as long as its Peer is: the Room keeps one Peer for each, and a newer one replaces the
older. Nothing in here knows packets, sockets or clocks: time is an argument, in seconds.
"""

from __future__ import annotations

from parley_protocol.control import ParticipantLeft
from parley_protocol.errors import LeaveReason
from parley_protocol.signalling import Left
from parley_protocol.wire import ParticipantState, ParticipantStatus, Wire
from sfu_container.announcements import Announcements
from sfu_container.connections import Connections
from sfu_container.control_requests import ControlRequests
from sfu_container.engine import SpeakersChanged
from sfu_container.entrance import Entrance
from sfu_container.members import Members, send
from sfu_container.moderation import Moderation
from sfu_container.peer import Peer
from sfu_container.ports import SrtpKeys
from sfu_container.surroundings import Surroundings
from sfu_container.viewers import Viewers

UNTOLD_REASONS = frozenset({LeaveReason.LEFT})
"""Reasons that the one who goes knows already."""


class Room:
    """Everything of one session on this node."""

    def __init__(self, session: str, surroundings: Surroundings) -> None:
        self.session = session
        self._around = surroundings
        self._members = Members()
        self._viewers = Viewers(self._members)
        self._connections = Connections(self._members)
        self.moderation = Moderation(self._members)
        self.entrance = Entrance(surroundings, self._members, self._viewers, self.moderation, self._replaced)
        self.requests = ControlRequests(self._members, self._connections)
        self.announcements = Announcements(self._members, self._connections)

    @property
    def is_empty(self) -> bool:
        return not self._members

    @property
    def roster(self) -> tuple[ParticipantState, ...]:
        """Everyone as everyone sees them."""
        return self._members.roster

    def has_participant(self, participant: str) -> bool:
        """Whether a Peer of that participant is here."""
        return self._members.of_participant(participant) is not None

    def peer(self, participant: str, peer: str) -> Peer:
        """The Peer of that id, if it is that participant's. Raises PeerNotFoundError."""
        return self._members.of(participant, peer)

    def leave(self, participant: str, peer: str) -> None:
        """The person leaves; a Peer that is gone already may say so again."""
        found = self._members.get(peer)
        if found is not None and found.participant == participant:
            self.end_peer(peer, LeaveReason.LEFT)

    def remove_participant(self, participant: str, peer: str | None, reason: LeaveReason) -> None:
        """A participant goes, or only that Peer of it when one is named."""
        found = self._members.of_participant(participant)
        if found is not None and peer in (None, found.id):
            self.end_peer(found.id, reason)

    def end(self, reason: LeaveReason) -> None:
        """Everyone goes."""
        for peer in self._members:
            self.end_peer(peer.id, reason)

    def end_peer(self, peer: str, reason: LeaveReason) -> None:
        """A Peer goes and its participant with it; the others are told."""
        found = self._members.get(peer)
        if found is not None:
            self._remove(found, reason)
            self._members.broadcast(ParticipantLeft(participant=found.participant, reason=reason))

    def _replaced(self, peer: Peer) -> None:
        self._remove(peer, LeaveReason.REPLACED)

    def _remove(self, peer: Peer, reason: LeaveReason) -> None:
        self._members.remove(peer)
        self._viewers.remove(peer)
        quality = self._connections.remove(peer)
        try:
            peer.close()
        finally:
            if reason not in UNTOLD_REASONS:
                self._around.mailbox.send(peer.participant, Left(peer=peer.id, reason=reason))
            self._around.listener.peer_left(peer, reason, quality)

    def expire(self, now: float) -> None:
        """End the Peers whose media path stayed silent past their deadline."""
        for peer in self._members:
            if peer.deadline is not None and peer.deadline <= now:
                self.end_peer(peer.id, LeaveReason.TIMED_OUT)

    def tell_changes(self) -> None:
        """Tell everyone, and show to viewers, what changed of others since the last time and was not told at once."""
        self._members.announce_changes()
        self._viewers.update()

    def look_at_connections(self, now: float) -> None:
        """Judge everyone's connection; tell everyone what changed, and those who watch how theirs is."""
        peers = [peer.id for peer in self._members]
        self._connections.look(self._around.engine.peer_stats(peers), now)

    def datagram_received(self, peer: str, data: bytes) -> None:
        self._members[peer].link.receive(data)

    def path_found(self, peer: str) -> None:
        found = self._members[peer]
        before = found.status
        found.path_found()
        self._status_changed(found, before)

    def path_lost(self, peer: str, now: float) -> None:
        found = self._members[peer]
        before = found.status
        found.path_lost(now + self._around.grace_seconds)
        self._status_changed(found, before)

    def secured(self, peer: str, keys: SrtpKeys) -> None:
        found = self._members[peer]
        before = found.status
        found.secured(keys)
        self._status_changed(found, before)

    def _status_changed(self, peer: Peer, before: ParticipantStatus) -> None:
        if peer.status is before:
            return
        self._members.announce(peer)
        if before is ParticipantStatus.CONNECTING and peer.status is ParticipantStatus.CONNECTED:
            self._around.listener.peer_connected(peer)

    def speakers_changed(self, change: SpeakersChanged) -> None:
        """Tell everyone who is heard, and show viewers who spoke last."""
        self._viewers.dominant = self.announcements.speakers_changed(change) or self._viewers.dominant

    def send_control(self, peer: str, message: Wire) -> None:
        """Send one message to one Peer."""
        send(self._members[peer], message)
