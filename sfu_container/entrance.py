"""How Peers come into a Room, and how they negotiate anew later: every offer is answered here."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from parley_protocol.grants import MediaGrant
from parley_protocol.signalling import Answered, Join, Joined, Offer
from parley_protocol.wire import PublicationOffer, SlotRequest
from sfu_container.errors import ParticipantNotFoundError, SignallingFailure
from sfu_container.members import Members
from sfu_container.moderation import Moderation
from sfu_container.offer import Offer as SdpOffer
from sfu_container.peer import Peer
from sfu_container.sdp import parse_offer
from sfu_container.surroundings import Surroundings
from sfu_container.viewers import View, Viewers


class Entrance:
    def __init__(
        self,
        surroundings: Surroundings,
        members: Members,
        viewers: Viewers,
        moderation: Moderation,
        replaced: Callable[[Peer], None],
    ) -> None:
        """`replaced` is told of each Peer whose participant has a newer one."""
        self._around = surroundings
        self._members = members
        self._viewers = viewers
        self._moderation = moderation
        self._replaced = replaced

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
        if view.participant is not None and self._members.of_participant(view.participant) is None:
            raise ParticipantNotFoundError("there is no such participant in the meeting now")

        def settle(peer: Peer) -> None:
            if view.participant is None:
                peer.hear_speakers()

        peer, answer = self._take_in(grant, offer, publications, settle, now)
        self._viewers.add(peer, view)
        return peer, answer

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
        grant = self._moderation.as_decided(grant)
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
            self._replaced(older)
        self._members.announce_now(peer)
        return peer, answer

    def _joined(self, peer: Peer, message: Join, answer: str) -> Joined:
        return Joined(
            request_id=message.request_id,
            peer=peer.id,
            answer=answer,
            slots=peer.media.negotiated_slots,
            publications=peer.media.negotiated_publications,
            roster=self._members.roster,
        )

    def _route_first(self, peer: Peer, layout: Sequence[SlotRequest]) -> None:
        """The layout of a `join` may name what has just gone; the client hears that from the roster."""
        for request in layout:
            if request.publication is None or self._members.owner(request.publication) is not None:
                try:
                    peer.media.route(request)
                except SignallingFailure:
                    continue

    def _renegotiate(self, peer: Peer, offer: SdpOffer, publications: Sequence[PublicationOffer]) -> str:
        before = peer.state
        answer = peer.negotiate(offer, publications)
        if peer.state != before:
            self._members.announce(peer)
        return answer
