"""A Peer: a Participant's live media connection on this node."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from parley_protocol.grants import Grants, MediaGrant, Role
from parley_protocol.wire import ParticipantState, ParticipantStatus, PublicationOffer, PublicationState
from sfu_container.answer import LocalTransport, write_answer
from sfu_container.engine import Engine
from sfu_container.errors import UnsupportedOfferError
from sfu_container.negotiation import LineUse, NegotiatedLine
from sfu_container.offer import Offer
from sfu_container.peer_media import PeerMedia
from sfu_container.ports import Links, SrtpKeys

RESTART_GRACE_MS = 30_000


@dataclass(frozen=True, slots=True)
class MediaAddress:
    """Where clients reach the node's media port."""

    ip: str
    port: int


class Peer:
    """Negotiates, and follows how the media path fares. It sends no messages: the Room does.

    A Peer is `connecting` until ICE has found a path and DTLS has secured it, then `connected`. It is `reconnecting`
    while the path is silent. `deadline` is set whenever it is not connected, and ends it unless it connects in time.
    """

    def __init__(
        self, grant: MediaGrant, offer: Offer, engine: Engine, links: Links, address: MediaAddress, deadline: float
    ) -> None:
        """It hears nobody before `hear_speakers`."""
        self.id = grant.peer
        self.participant = grant.sub
        self.grant = grant
        self.media = PeerMedia(grant.peer, grant.grants, engine)
        self.deadline: float | None = deadline
        self._engine = engine
        self._address = address
        self._has_path = False
        self._is_secured = False
        self._was_connected = False
        self._remote_ufrag = offer.ice_ufrag
        self._remote_fingerprints = offer.fingerprints
        self._ufrag, self._pwd = _ice_credentials()
        self._local_fingerprint = links.fingerprint
        self._sdp_session = secrets.randbits(62)
        self._sdp_version = 0
        engine.add_peer(self.id, self._ufrag, self._pwd)
        self.link = links.open(self.id, offer.fingerprints)

    def negotiate(self, offer: Offer, wanted: Sequence[PublicationOffer]) -> str:
        """Take the first or a later offer; the answer's SDP. The same offer again gets the same terms.

        Raises:
            UnsupportedOfferError: it asks for what the node does not do, or comes from another DTLS endpoint.
            NotAllowedError, SlotNotFoundError, MalformedMessageError: a wanted Publication cannot be had.
                In any of these cases nothing has changed.
        """
        lines = self.media.plan(offer, wanted)
        if set(offer.fingerprints) != set(self._remote_fingerprints):
            raise UnsupportedOfferError("the DTLS fingerprint changed; join again")
        self.restart_ice(offer.ice_ufrag)
        self.media.apply(lines, wanted)
        for line, media in zip(lines, offer.media, strict=True):
            if line.use is LineUse.CONTROL:
                self.link.expect_control(media.sctp_port, media.max_message_size)
        return self._answer(lines)

    def take_grants(self, role: Role, grants: Grants) -> None:
        """Be, and be allowed, this from now on; whether the Peer receives is settled by its first offer."""
        self.grant = self.grant.model_copy(update={"role": role, "grants": grants})
        self.media.take_grants(grants)

    def hear_speakers(self) -> None:
        """Speak in the session, and let the loudest others fill the audio Slots."""
        self._engine.route_speakers(self.id, self.grant.session)

    def restart_ice(self, remote_ufrag: str) -> bool:
        """Take new credentials of our own if those of the client are new (RFC 8445, 9); whether they were."""
        if remote_ufrag == self._remote_ufrag:
            return False
        self._remote_ufrag = remote_ufrag
        self._ufrag, self._pwd = _ice_credentials()
        self._engine.restart_ice(self.id, self._ufrag, self._pwd, RESTART_GRACE_MS)
        return True

    @property
    def transport(self) -> LocalTransport:
        """Our end of the media path now."""
        return LocalTransport(self._address.ip, self._address.port, self._ufrag, self._pwd, self._local_fingerprint)

    def _answer(self, lines: Sequence[NegotiatedLine]) -> str:
        self._sdp_version += 1
        return write_answer(lines, self.transport, self._sdp_session, self._sdp_version)

    def path_found(self) -> None:
        self._has_path = True
        self._settle_deadline()

    def path_lost(self, deadline: float) -> None:
        self._has_path = False
        if self.deadline is None:
            self.deadline = deadline

    def secured(self, keys: SrtpKeys) -> None:
        self._engine.set_srtp(self.id, keys.profile, keys.receive, keys.send)
        self._is_secured = True
        self._settle_deadline()

    def _settle_deadline(self) -> None:
        if self._has_path and self._is_secured:
            self._was_connected = True
            self.deadline = None

    @property
    def status(self) -> ParticipantStatus:
        if self._has_path and self._is_secured:
            return ParticipantStatus.CONNECTED
        return ParticipantStatus.RECONNECTING if self._was_connected else ParticipantStatus.CONNECTING

    @property
    def state(self) -> ParticipantState:
        """The participant as everyone in the session sees it."""
        return ParticipantState(
            participant=self.participant,
            name=self.grant.name,
            role=self.grant.role,
            status=self.status,
            publications=tuple(
                PublicationState(publication=p.id, source=p.source, muted=p.muted)
                for p in self.media.publications.values()
            ),
        )

    def close(self) -> None:
        """Leave nothing behind."""
        self.link.close()
        self._engine.remove_peer(self.id)


def _ice_credentials() -> tuple[str, str]:
    """A fresh ufrag, which names the Peer among all on the port, and pwd (RFC 8445, 5.3)."""
    return secrets.token_hex(8), secrets.token_hex(16)
