"""Staying for long: what has a short life is renewed, and nobody has to join again for that."""

from __future__ import annotations

from function_app.errors import SessionNotFoundError
from function_app.participants.documents import Participant, Presence
from function_app.stores.documents import MeetingKey
from function_app.stores.sessions import SessionStore
from parley_protocol.grants import JoinClaims
from parley_protocol.ids import participant_id


async def participant_there(sessions: SessionStore, claims: JoinClaims, session: str) -> Participant:
    """The token's user in the live session. Raises SessionNotFoundError when it is over, or the user is not in it."""
    key = MeetingKey(claims.tenant, claims.meeting)
    active = await sessions.active(key)
    if active is None or active.session_id != session:
        raise SessionNotFoundError
    found = await sessions.participant(key, participant_id(session, claims.sub))
    if found is None or found.presence is Presence.LEFT:
        raise SessionNotFoundError
    return found
