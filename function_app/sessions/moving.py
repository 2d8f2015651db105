"""Moving somebody from a live session into another meeting: a breakout room, or back from one.

It is written down first, so that the Peer's end, whoever reports it, is no news any more. Then the participant is told
where to go, with a token, and last the node ends the Peer, or the provider takes the participant out of its room. A
request that failed on the way is completed by the same request; after that, it changes nothing.
"""

from __future__ import annotations

import logging

from function_app.errors import ParticipantNotFoundError, ParticipantUnreachableError
from function_app.participants.documents import Participant, Presence
from function_app.sessions.documents import Session
from function_app.sessions.removal import RemovalService
from function_app.sessions.transfers import Destination, Transfer, Transfers
from function_app.signalling.webpubsub import Signalling
from function_app.stores.presence import PresenceStore
from function_app.stores.sessions import SessionStore
from function_app.timestamps import Clock
from parley_protocol.addresses import ParticipantAddress, node_group, participant_group
from parley_protocol.errors import LeaveReason
from parley_protocol.grants import Role
from parley_protocol.signalling import Moved, RemovePeer

_logger = logging.getLogger("parley.sessions")


class MoveService:
    def __init__(
        self,
        sessions: SessionStore,
        presence: PresenceStore,
        transfers: Transfers,
        removal: RemovalService,
        signalling: Signalling,
        clock: Clock,
    ) -> None:
        self._sessions = sessions
        self._presence = presence
        self._transfers = transfers
        self._removal = removal
        self._signalling = signalling
        self._clock = clock

    async def move(self, session: Session, participant: str, destination: Destination, *, by: Role | None) -> None:
        """Moves the participant; safe to repeat. `by` is the moderator's role, None for the tenant.

        Raises ParticipantNotFoundError for somebody who is not there, ParticipantUnreachableError for somebody who
        cannot be told now, what `Transfers.prepare` raises, and what the services behind raise.
        """
        known = await self._sessions.participant(session.key, participant)
        if known is None or known.session_id != session.id:
            raise ParticipantNotFoundError
        is_gone = known.settled(session.ended_on).presence is Presence.LEFT
        is_repeat = is_gone and known.leave_reason is LeaveReason.MOVED and known.moved_to == destination.meeting
        if is_gone and not is_repeat:
            raise ParticipantNotFoundError
        transfer = await self._transfers.prepare(session, known, destination, by)
        is_reachable = await self._signalling.is_connected(_address(known))
        if not is_reachable and not is_repeat:
            raise ParticipantUnreachableError
        if is_reachable:
            await self._carry_out(known, transfer, is_repeat=is_repeat)
        await self._removal.expel(known)

    async def _carry_out(self, known: Participant, transfer: Transfer, *, is_repeat: bool) -> None:
        meeting = transfer.meeting
        target = meeting.meeting_id
        if not is_repeat and not await self._presence.mark_moved(known, target, self._clock()):
            raise ParticipantNotFoundError
        moved = Moved(meeting=target, title=meeting.title, token=transfer.token)
        await self._signalling.send(participant_group(known.id), moved)
        gone = RemovePeer(participant=known.id, reason=LeaveReason.MOVED)
        await self._signalling.send(node_group(known.session_id), gone)
        _logger.info("moved session=%s participant=%s to=%s", known.session_id, known.id, target)


def _address(participant: Participant) -> ParticipantAddress:
    return ParticipantAddress(*participant.key, participant.session_id, participant.id)
