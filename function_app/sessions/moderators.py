"""Who moderates a meeting now: what the join token says, unless a moderator has decided otherwise in the session."""

from __future__ import annotations

from dataclasses import dataclass

from function_app.errors import NotAllowedError
from function_app.stores.documents import MeetingKey
from function_app.stores.sessions import SessionStore
from parley_protocol.grants import JoinClaims, Role
from parley_protocol.ids import participant_id


@dataclass(frozen=True)
class Standing:
    """Somebody who moderates a meeting."""

    role: Role
    actor: str
    """Who that is to the audit log: the participant in the live session. While none lives it is an id made alike."""


class Moderators:
    def __init__(self, sessions: SessionStore) -> None:
        self._sessions = sessions

    async def check(self, claims: JoinClaims) -> Standing:
        """How the token's user stands. Raises NotAllowedError unless it moderates its meeting."""
        key = MeetingKey(claims.tenant, claims.meeting)
        active = await self._sessions.active(key)
        actor = participant_id(active.session_id if active else claims.meeting, claims.sub)
        known = await self._sessions.participant(key, actor) if active else None
        if not (known or claims).grants.moderate:
            raise NotAllowedError("Only those who moderate the meeting may do this.")
        return Standing((known or claims).role, actor)
