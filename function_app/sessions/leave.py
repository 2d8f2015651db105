"""Leaving, as the client says it itself."""

from __future__ import annotations

import logging

from function_app.signalling.webpubsub import Signalling
from function_app.stores.documents import MeetingKey
from function_app.stores.presence import PeerOfSession, PresenceStore
from function_app.timestamps import Clock
from parley_protocol.addresses import node_group
from parley_protocol.errors import LeaveReason
from parley_protocol.grants import JoinClaims
from parley_protocol.ids import participant_id
from parley_protocol.signalling import RemovePeer

_logger = logging.getLogger("parley.sessions")


class LeaveService:
    def __init__(self, presence: PresenceStore, signalling: Signalling, clock: Clock) -> None:
        self._presence = presence
        self._signalling = signalling
        self._clock = clock

    async def leave(self, claims: JoinClaims, session: str, peer: str) -> None:
        """Marks the participant left and tells its node. A Peer that is not the newest any more changes nothing:
        it is the farewell of a page that has been reloaded since."""
        participant = participant_id(session, claims.sub)
        leaver = PeerOfSession(MeetingKey(claims.tenant, claims.meeting), session, participant, peer)
        if not await self._presence.mark_left(leaver, LeaveReason.LEFT, self._clock()):
            return
        message = RemovePeer(participant=participant, peer=peer, reason=LeaveReason.LEFT)
        await self._signalling.send(node_group(session), message)
        _logger.info("left session=%s participant=%s peer=%s", session, participant, peer)
