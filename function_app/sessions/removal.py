"""Taking somebody out of a session so that it holds: in the database, on the node and on Web PubSub.

It is written down first. From then on no token from before opens the API; the batch that writes it changes the
participant's ETag, so a join that is under way at that moment fails. Then the node ends the Peer and takes no media
grant from before, and Web PubSub closes the connection. Whoever connects again with an old URL is closed again.
Where the media is elsewhere, the provider takes the participant out of its room.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass

from function_app.errors import NotAllowedError, ParticipantNotFoundError
from function_app.media.providers.choice import MediaProviders
from function_app.media.providers.names import ELSEWHERE
from function_app.participants.documents import Participant
from function_app.signalling.webpubsub import Signalling
from function_app.stores.documents import MeetingKey
from function_app.stores.presence import PresenceStore
from function_app.stores.sessions import SessionStore
from function_app.timestamps import Clock
from parley_protocol.addresses import ParticipantAddress, node_group, participant_group
from parley_protocol.errors import LeaveReason
from parley_protocol.grants import Role
from parley_protocol.signalling import Left, RemovePeer

_logger = logging.getLogger("parley.sessions")


@dataclass(frozen=True)
class Moderator:
    """Who takes somebody out: the tenant itself where `role` is None."""

    role: Role | None = None


class RemovalService:
    def __init__(
        self,
        sessions: SessionStore,
        presence: PresenceStore,
        signalling: Signalling,
        providers: MediaProviders,
        clock: Clock,
    ) -> None:
        self._sessions = sessions
        self._presence = presence
        self._signalling = signalling
        self._providers = providers
        self._clock = clock

    async def remove(self, key: MeetingKey, session: str, participant: str, moderator: Moderator, *, ban: bool) -> None:
        """Takes the participant out and, with `ban`, keeps its user out of the meeting. Safe to repeat.

        Raises ParticipantNotFoundError, NotAllowedError when a host is to go and it is no host who asks, and
        MediaProviderUnavailableError when it is out of the session and not yet of the provider's room.
        """
        known = await self._sessions.participant(key, participant)
        if known is None or known.session_id != session:
            raise ParticipantNotFoundError
        if known.role is Role.HOST and moderator.role not in (None, Role.HOST):
            raise NotAllowedError("Only a host takes a host out.")
        await self._presence.exclude(key, participant, self._clock(), ban=ban)
        await self._enforce(known, LeaveReason.BANNED if ban else LeaveReason.REMOVED)
        await self.expel(known)
        _logger.info("removed session=%s participant=%s ban=%s", session, participant, ban)

    async def connected(self, address: ParticipantAddress) -> None:
        """Web PubSub says that the participant has connected: with an old URL, perhaps, after it was taken out."""
        known = await self._sessions.participant(MeetingKey(address.tenant, address.meeting), address.participant)
        if known and known.excluded_as:
            await self._enforce(known, known.excluded_as)

    async def expel(self, participant: Participant) -> None:
        """Takes the participant out of the provider's room, where there is one, while the session lives.

        With the session its room ends. Raises MediaProviderUnavailableError.
        """
        if participant.node not in ELSEWHERE:
            return
        active = await self._sessions.active(participant.key)
        if active and active.session_id == participant.session_id:
            await self._providers.named(active.media_provider).expel(participant, active.room)

    async def _enforce(self, participant: Participant, reason: LeaveReason) -> None:
        session = participant.session_id
        now = int(self._clock().timestamp())
        gone = RemovePeer(participant=participant.id, reason=reason, grants_until=now)
        await self._signalling.send(node_group(session), gone)
        await self._signalling.send(participant_group(participant.id), Left(peer=participant.peer, reason=reason))
        address = ParticipantAddress(*participant.key, session, participant.id)
        await self._signalling.close_connections(address, reason)
