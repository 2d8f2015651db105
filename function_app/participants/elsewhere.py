"""The presence of participants whose media is elsewhere: no node reports them, so their signalling counts."""

from __future__ import annotations

from function_app.media.providers.names import ELSEWHERE
from function_app.participants.documents import Participant
from function_app.signalling.webpubsub import Signalling
from function_app.stores.documents import MeetingKey
from function_app.stores.presence import PeerOfSession, PresenceStore
from function_app.stores.sessions import SessionStore
from function_app.timestamps import Clock
from parley_protocol.addresses import ParticipantAddress
from parley_protocol.errors import LeaveReason


class PresenceElsewhere:
    """What Web PubSub tells of participants. What it tells of those on our nodes changes nothing."""

    def __init__(self, sessions: SessionStore, presence: PresenceStore, signalling: Signalling, clock: Clock) -> None:
        self._sessions = sessions
        self._presence = presence
        self._signalling = signalling
        self._clock = clock

    async def connected(self, address: ParticipantAddress) -> None:
        """The participant can hear and be heard of."""
        participant = await self._find(address)
        if participant:
            await self._presence.mark_connected(_peer(participant, participant.peer), participant.node, self._clock())

    async def disconnected(self, address: ParticipantAddress) -> None:
        """A connection has ended; with another one, as after a reload, the participant is still there."""
        participant = await self._find(address)
        if participant is None or await self._signalling.is_connected(address):
            return
        peer, node = participant.there_as
        await self._presence.mark_left(_peer(participant, peer), LeaveReason.TIMED_OUT, self._clock(), node)

    async def _find(self, address: ParticipantAddress) -> Participant | None:
        key = MeetingKey(address.tenant, address.meeting)
        participant = await self._sessions.participant(key, address.participant)
        return participant if participant and participant.node in ELSEWHERE else None


def _peer(participant: Participant, peer: str) -> PeerOfSession:
    return PeerOfSession(participant.key, participant.session_id, participant.id, peer)
