"""A Room: one session's participants on this node, what they publish, and who is told what.

A Participant is here exactly as long as its Peer is: the Room keeps one Peer for each, and a newer one replaces the
older. Nothing in here knows packets, sockets or clocks: time is an argument, in seconds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from parley_protocol.control import (
    ControlToNode,
    Layout,
    Mute,
    ParticipantLeft,
    Publish,
    Published,
    Slots,
    SlotState,
    SpeakerLevel,
    Speakers,
    Unpublish,
    WatchStats,
)
from parley_protocol.errors import LeaveReason
from parley_protocol.grants import MediaGrant
from parley_protocol.signalling import Answered, Join, Joined, Left, Offer
from parley_protocol.wire import ParticipantState, ParticipantStatus, PublicationOffer, SlotRequest, Wire
from sfu_container.connections import Connections
from sfu_container.engine import EncodingsWanted, Engine, SpeakersChanged
from sfu_container.errors import ParticipantNotFoundError, PublicationNotFoundError, SignallingFailure
from sfu_container.members import Members, send
from sfu_container.offer import Offer as SdpOffer
from sfu_container.peer import MediaAddress, Peer
from sfu_container.peer_media import parse_slot_id
from sfu_container.ports import Links, Mailbox, SrtpKeys
from sfu_container.sdp import parse_offer
from sfu_container.slot_states import SlotNews, slot_state
from sfu_container.viewers import View, Viewers

UNTOLD_REASONS = frozenset({LeaveReason.LEFT})
"""Reasons that the one who goes knows already."""


class RoomListener(Protocol):
    """Who is told of the Peers that come up and go."""

    def peer_connected(self, room: Room, peer: Peer) -> None: ...

    def peer_left(self, room: Room, peer: Peer, reason: LeaveReason) -> None: ...


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the Rooms of a node share."""

    engine: Engine
    links: Links
    mailbox: Mailbox
    address: MediaAddress
    grace_seconds: float
    listener: RoomListener


class Room:
    """Everything of one session on this node."""

    def __init__(self, session: str, surroundings: Surroundings) -> None:
        self.session = session
        self._around = surroundings
        self._members = Members()
        self._viewers = Viewers(self._members)
        self._connections = Connections(self._members)
        self._speakers: Speakers | None = None

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

    def join(self, grant: MediaGrant, message: Join, now: float) -> Joined:
        """Take a Peer in; the older Peer of the same participant ends. The same Peer may say it twice.

        Raises:
            InvalidOfferError, UnsupportedOfferError, NotAllowedError, SlotNotFoundError, MalformedMessageError:
                nothing has changed.
        """
        offer = parse_offer(message.offer)
        older = self._members.of_participant(grant.sub)
        if older is not None and older.id == grant.peer:
            return self._joined(older, message, self._renegotiate(older, offer, message.publications))

        def settle(peer: Peer) -> None:
            peer.hear_speakers()
            self._route_first(peer, message.layout)

        peer, answer = self._take_in(grant, offer, message.publications, settle, now)
        return self._joined(peer, message, answer)

    def join_by_offer(
        self, grant: MediaGrant, offer: SdpOffer, publications: Sequence[PublicationOffer], view: View, now: float
    ) -> tuple[Peer, str]:
        """Take a Peer in that has no control channel, and fill its Slots with `view`; the Peer and the answer's SDP.

        Raises:
            ParticipantNotFoundError: the view is of somebody who is not here.
            And what `join` raises.
        """
        if view.participant is not None and not self.has_participant(view.participant):
            raise ParticipantNotFoundError("there is no such participant in the meeting now")

        def settle(peer: Peer) -> None:
            if view.participant is None:
                peer.hear_speakers()

        peer, answer = self._take_in(grant, offer, publications, settle, now)
        self._viewers.add(peer, view)
        return peer, answer

    def _take_in(
        self,
        grant: MediaGrant,
        offer: SdpOffer,
        publications: Sequence[PublicationOffer],
        settle: Callable[[Peer], None],
        now: float,
    ) -> tuple[Peer, str]:
        """Make the Peer, and once it has settled let it take the place of an older one; with the answer's SDP."""
        around = self._around
        peer = Peer(grant, offer, around.engine, around.links, around.address, now + around.grace_seconds)
        try:
            answer = peer.negotiate(offer, publications)
            settle(peer)
        except Exception:
            peer.close()
            raise
        older = self._members.of_participant(grant.sub)
        self._members.add(peer)
        if older is not None:
            self._remove(older, LeaveReason.REPLACED)
        self._members.announce_now(peer)
        return peer, answer

    def _joined(self, peer: Peer, message: Join, answer: str) -> Joined:
        return Joined(
            request_id=message.request_id,
            peer=peer.id,
            answer=answer,
            slots=peer.media.negotiated_slots,
            publications=peer.media.negotiated_publications,
            roster=self.roster,
        )

    def _route_first(self, peer: Peer, layout: Sequence[SlotRequest]) -> None:
        """The layout of a `join` may name what has just gone; the client hears that from the roster."""
        for request in layout:
            if request.publication is None or self._members.owner(request.publication) is not None:
                try:
                    peer.media.route(request)
                except SignallingFailure:
                    continue

    def offer(self, participant: str, message: Offer) -> Answered:
        """Take a later offer. Raises as `join`, or PeerNotFoundError."""
        peer = self._members.of(participant, message.peer)
        answer = self._renegotiate(peer, parse_offer(message.offer), message.publications)
        return Answered(
            request_id=message.request_id,
            peer=peer.id,
            answer=answer,
            slots=peer.media.negotiated_slots,
            publications=peer.media.negotiated_publications,
        )

    def _renegotiate(self, peer: Peer, offer: SdpOffer, publications: Sequence[PublicationOffer]) -> str:
        before = peer.state
        answer = peer.negotiate(offer, publications)
        if peer.state != before:
            self._members.announce(peer)
        return answer

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

    def _remove(self, peer: Peer, reason: LeaveReason) -> None:
        self._members.remove(peer)
        self._viewers.remove(peer)
        self._connections.remove(peer)
        try:
            peer.close()
        finally:
            if reason not in UNTOLD_REASONS:
                self._around.mailbox.send(peer.participant, Left(peer=peer.id, reason=reason))
            self._around.listener.peer_left(self, peer, reason)

    def expire(self, now: float) -> None:
        """End the Peers whose media path stayed silent past their deadline."""
        for peer in self._members:
            if peer.deadline is not None and peer.deadline <= now:
                self.end_peer(peer.id, LeaveReason.TIMED_OUT)

    def tell_changes(self) -> None:
        """Tell everyone, and show to viewers, what changed of others since the last time and was not told at once."""
        self._members.announce_changes()
        self._viewers.update()

    def look_at_connections(self) -> None:
        """Judge everyone's connection; tell everyone what changed, and those who watch how theirs is."""
        peers = [peer.id for peer in self._members]
        self._connections.look(self._around.engine.peer_stats(peers))

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
            self._around.listener.peer_connected(self, peer)

    def control(self, peer: str, message: ControlToNode) -> None:
        """Do what a Peer asks on its control channel. Raises a SignallingFailure that says why not."""
        found = self._members[peer]
        match message:
            case Layout(slots=requests):
                self._route(found, requests)
            case Publish(request_id=request_id, mid=mid, source=source, muted=muted):
                publication = found.media.publish(mid, source, muted)
                published = Published(request_id=request_id, mid=mid, publication=publication.id)
                found.link.send_control(published.encode())
                self._members.announce(found)
            case Unpublish(publication=publication_id):
                found.media.unpublish(publication_id)
                self._members.announce(found)
            case Mute(publication=publication_id, muted=muted):
                if found.media.mute(publication_id, muted):
                    self._members.announce(found)
            case WatchStats(enabled=enabled):
                self._connections.watch(found, enabled)

    def _route(self, peer: Peer, requests: Iterable[SlotRequest]) -> None:
        """Route what can be routed; then say what could not."""
        failure: SignallingFailure | None = None
        for request in requests:
            try:
                if request.publication is not None and self._members.owner(request.publication) is None:
                    raise PublicationNotFoundError(f"there is no publication {request.publication}")
                peer.media.route(request)
            except SignallingFailure as error:
                failure = failure or error
        if failure is not None:
            raise failure

    def control_opened(self, peer: str) -> None:
        """Tell a Peer everything that its control channel would have told it so far."""
        found = self._members[peer]
        self._members.send_roster(found)
        told = tuple(slot for slot in found.media.slots.values() if slot != SlotState(mid=slot.mid))
        if told:
            send(found, Slots(slots=told))
        if self._speakers is not None:
            send(found, self._speakers)
        for publication in found.media.publications.values():
            if publication.told is not None:
                send(found, publication.told)
        self._connections.tell_all(found)

    def encodings_wanted(self, wanted: EncodingsWanted) -> None:
        """Tell a publisher which encodings are worth sending."""
        found = self._members[wanted.peer]
        message = found.media.encodings_wanted(wanted)
        if message is not None:
            send(found, message)

    def slots_changed(self, peer: str, changes: Iterable[SlotNews]) -> None:
        """Tell a Peer what its Slots carry now, and what they cannot."""
        found = self._members[peer]
        states: dict[str, SlotState] = {}
        for change in changes:
            _, mid = parse_slot_id(change.slot)
            if mid in found.media.slots:
                owner = self._members.owner(change.publication)
                states[mid] = found.media.slots[mid] = slot_state(mid, change, owner)
        if states:
            send(found, Slots(slots=tuple(states.values())))

    def speakers_changed(self, change: SpeakersChanged) -> None:
        """Tell everyone who is heard; a participant with two loud Publications counts once, with the louder."""
        levels: dict[str, int] = {}
        for publication, level in change.levels:
            owner = self._members.owner(publication)
            if owner is not None:
                levels[owner] = min(level, levels.get(owner, level))
        dominant = self._members.owner(change.dominant)
        self._viewers.dominant = dominant or self._viewers.dominant
        speakers = tuple(SpeakerLevel(participant=owner, level=level) for owner, level in levels.items())
        self._speakers = Speakers(speakers=speakers, dominant=dominant)
        self._members.broadcast(self._speakers)

    def send_control(self, peer: str, message: Wire) -> None:
        """Send one message to one Peer."""
        send(self._members[peer], message)
