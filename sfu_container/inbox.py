"""What comes to the groups `sfu.{session}`: who may say it, and what is answered."""

from __future__ import annotations

import logging
from collections.abc import Callable

from parley_protocol.addresses import ParticipantAddress, node_group
from parley_protocol.signalling import (
    MAX_SIGNALLING_BYTES,
    TO_NODE,
    ChangeGrants,
    EndSession,
    Join,
    Leave,
    MutePublications,
    Offer,
    RemovePeer,
)
from sfu_container.errors import NotAllowedError, PeerNotFoundError, TooManyRequestsError, error_message
from sfu_container.grants import GrantVerifier
from sfu_container.messages import parse_object, request_id_of
from sfu_container.node import Node
from sfu_container.ports import Mailbox
from sfu_container.rate_limit import Rate, RateLimiter

logger = logging.getLogger(__name__)

MESSAGE_RATE = Rate(per_second=5, burst=20)
OFFER_RATE = Rate(per_second=1, burst=5)
"""For `join` and `offer`: reading and answering an offer costs as much as hundreds of other messages."""
GROUP_PREFIX = node_group("")


class Inbox:
    """Answers each message from a participant in its mailbox; obeys the control plane, which has no sender."""

    def __init__(self, node: Node, verifier: GrantVerifier, mailbox: Mailbox, clock: Callable[[], float]) -> None:
        self._node = node
        self._verifier = verifier
        self._mailbox = mailbox
        self._clock = clock
        self._limiter = RateLimiter(MESSAGE_RATE)
        self._offer_limiter = RateLimiter(OFFER_RATE)

    def receive(self, group: str, sender: str | None, data: object) -> None:
        """Take one message. `sender` is the user id that the service stamped on it, None for the control plane."""
        if not group.startswith(GROUP_PREFIX):
            return
        session = group.removeprefix(GROUP_PREFIX)
        if sender is None:
            self._obey(session, data)
            return
        address = ParticipantAddress.parse(sender)
        if address is not None:
            self._answer(session, address, data)

    def _obey(self, session: str, data: object) -> None:
        try:
            match parse_object(TO_NODE, data, MAX_SIGNALLING_BYTES):
                case RemovePeer(participant=participant, peer=peer, reason=reason, grants_until=grants_until):
                    if grants_until is not None:
                        self._verifier.void(participant, grants_until)
                    self._node.remove_participant(session, participant, peer, reason)
                case EndSession(session=ended, reason=reason) if ended == session:
                    self._node.end_session(session, reason)
                case ChangeGrants(participant=participant, role=role, grants=grants):
                    self._node.change_grants(session, participant, role, grants)
                case MutePublications(participant=muted, sources=sources):
                    self._node.mute(session, muted, sources)
                case other:
                    logger.warning("session=%s %s makes no sense from the control plane", session, other.type)
        except Exception as error:  # noqa: BLE001 - one bad message must not end the connection that carries all
            self._node.refusals.note(error, f"session={session} control plane", None)

    def _answer(self, session: str, sender: ParticipantAddress, data: object) -> None:
        request_id = request_id_of(data)
        try:
            if not self._limiter.take(sender.participant, self._clock()):
                raise TooManyRequestsError("messages come too fast")
            self._handle(session, sender, data)
        except Exception as error:  # noqa: BLE001 - as above; the sender is told that it is our bug
            self._node.refusals.note(error, f"session={session} participant={sender.participant}", request_id)
            if self._node.refusals.may_answer(sender.participant):
                self._mailbox.send(sender.participant, error_message(error, request_id))

    def _handle(self, session: str, sender: ParticipantAddress, data: object) -> None:
        parsed = parse_object(TO_NODE, data, MAX_SIGNALLING_BYTES)
        if isinstance(parsed, Join | Offer) and not self._offer_limiter.take(sender.participant, self._clock()):
            raise TooManyRequestsError("offers come too fast")
        match parsed:
            case Join() as message:
                grant = self._verifier.verify(message.grant, sender, session)
                self._mailbox.send(sender.participant, self._node.join(grant, message))
            case Offer() as message:
                room = self._node.rooms.of_session(session)
                if room is None:
                    raise PeerNotFoundError("the node does not carry this session; join again")
                self._mailbox.send(sender.participant, room.entrance.offer(sender.participant, message))
            case Leave(peer=peer):
                room = self._node.rooms.of_session(session)
                if room is not None:
                    room.leave(sender.participant, peer)
            case RemovePeer() | EndSession() | ChangeGrants() | MutePublications():
                raise NotAllowedError("only the control plane may say this")
