"""The rules of a meeting by which somebody may come in, or not."""

from __future__ import annotations

from function_app.errors import ForbiddenError, InLobbyError, MeetingFullError, MeetingLockedError
from function_app.lobby.service import Lobby
from function_app.meetings.documents import Meeting
from function_app.participants.documents import Presence
from function_app.schedules.window import why_shut
from function_app.sessions.documents import ActiveSession
from function_app.stores.sessions import SessionStore
from function_app.timestamps import Clock
from parley_protocol.grants import JoinClaims
from parley_protocol.ids import participant_id


class EntryRules:
    """Whoever moderates comes in whatever the rules say, and whoever was in the session may come back to it.

    Whoever is moved into the meeting need not ask, but must find a place.
    """

    def __init__(self, sessions: SessionStore, lobby: Lobby, clock: Clock) -> None:
        self._sessions = sessions
        self._lobby = lobby
        self._clock = clock

    async def check(self, meeting: Meeting, active: ActiveSession | None, claims: JoinClaims) -> None:
        """Raises a ForbiddenError when the token's user may not come in, or, without a session, begin one."""
        shut = None if claims.admitted else self._why_shut(meeting)
        if active is None:
            _check_first(meeting, claims, shut)
        elif shut or meeting.settings.ask_who_is_there:
            await self._check_session(meeting, active, claims, shut)

    def _why_shut(self, meeting: Meeting) -> ForbiddenError | None:
        if meeting.schedule is None or meeting.opened_on:
            return None
        return why_shut(meeting.schedule, self._clock())

    async def _check_session(
        self, meeting: Meeting, active: ActiveSession, claims: JoinClaims, shut: ForbiddenError | None
    ) -> None:
        rules = meeting.settings
        known = await self._sessions.participant(active.key, participant_id(active.session_id, claims.sub))
        if (known or claims).grants.moderate:
            return
        if known is None and not claims.admitted:
            if shut:
                raise shut
            if rules.locked:
                raise MeetingLockedError
            if rules.lobby and not await self._lobby.is_admitted(claims, active.session_id):
                raise InLobbyError(active.session_id)
        if rules.max_participants and (known is None or known.presence is Presence.LEFT):
            present = await self._sessions.present(active.key, active.session_id)
            if len(present) >= rules.max_participants:
                raise MeetingFullError


def _check_first(meeting: Meeting, claims: JoinClaims, shut: ForbiddenError | None) -> None:
    if claims.grants.moderate or claims.admitted:
        return
    if shut:
        raise shut
    if meeting.settings.locked:
        raise MeetingLockedError
    if meeting.settings.lobby:
        raise InLobbyError(None)
