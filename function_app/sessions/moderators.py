"""Who moderates a meeting now: what the join token says, unless a moderator has decided otherwise in the session."""

from __future__ import annotations

from function_app.errors import NotAllowedError
from function_app.stores.documents import MeetingKey
from function_app.stores.sessions import SessionStore
from parley_protocol.grants import JoinClaims, Role
from parley_protocol.ids import participant_id


class Moderators:
    def __init__(self, sessions: SessionStore) -> None:
        self._sessions = sessions

    async def check(self, claims: JoinClaims) -> Role:
        """The role of the token's user. Raises NotAllowedError unless it moderates its meeting."""
        key = MeetingKey(claims.tenant, claims.meeting)
        active = await self._sessions.active(key)
        known = None
        if active:
            known = await self._sessions.participant(key, participant_id(active.session_id, claims.sub))
        if not (known or claims).grants.moderate:
            raise NotAllowedError("Only those who moderate the meeting may do this.")
        return (known or claims).role
