"""Ending a session, whoever asks for it: everybody is told, and it is written down once."""

from __future__ import annotations

import logging
from datetime import datetime

from function_app.errors import MediaProviderNotConfiguredError, MediaProviderUnavailableError
from function_app.events import catalogue
from function_app.media.providers.choice import MediaProviders
from function_app.sessions.documents import ActiveSession
from function_app.signalling.webpubsub import Signalling
from function_app.stores.meetings import MeetingStore
from function_app.stores.sessions import SessionStore
from parley_protocol.addresses import node_group, session_group
from parley_protocol.errors import LeaveReason
from parley_protocol.signalling import EndSession, SessionEnded

_logger = logging.getLogger("parley.sessions")


class SessionEnding:
    def __init__(
        self, meetings: MeetingStore, sessions: SessionStore, signalling: Signalling, providers: MediaProviders
    ) -> None:
        self._meetings = meetings
        self._sessions = sessions
        self._signalling = signalling
        self._providers = providers

    async def end_empty(self, active: ActiveSession, now: datetime, ended_on: datetime) -> None:
        """Ends a session with nobody in it. Raises StoreRaceError when somebody has joined since `active` was read.

        It is written down first: whoever joins in that moment must not be thrown out.
        """
        await self._write_down(active, now, ended_on)
        await self._tell(active.session_id)
        await self._close_room(active)

    async def end_for_everybody(self, active: ActiveSession, now: datetime) -> None:
        """Ends a session whoever is in it. Raises StoreRaceError when somebody has joined since `active` was read.

        Everybody is told first: if that fails, the session is still there to be ended again.
        """
        await self._tell(active.session_id)
        await self._write_down(active, now, ended_on=now)
        await self._close_room(active)

    async def _close_room(self, active: ActiveSession) -> None:
        """A room that stays open is found by nobody, and ends by itself."""
        try:
            await self._providers.named(active.media_provider).close_room(active.session_id, active.room)
        except (MediaProviderNotConfiguredError, MediaProviderUnavailableError) as error:
            _logger.warning("room left open session=%s code=%s", active.session_id, error.code)

    async def _tell(self, session: str) -> None:
        await self._signalling.send(node_group(session), EndSession(session=session, reason=LeaveReason.ENDED))
        await self._signalling.send(session_group(session), SessionEnded(session=session, reason=LeaveReason.ENDED))

    async def _write_down(self, active: ActiveSession, now: datetime, ended_on: datetime) -> None:
        meeting = await self._meetings.find(active.key)
        session = await self._sessions.find(active.key, active.session_id)
        if meeting is None or session is None:
            raise LookupError(f"session {active.session_id} lives without its meeting or its own document")
        what = catalogue.SessionEnded(session=session.id, started_on=session.started_on, ended_on=ended_on)
        counted, event = meeting.happened(what, now)
        ended = session.model_copy(update={"ended_on": ended_on})
        await self._sessions.end(counted, event, active, ended)
        _logger.info("session ended session=%s", session.id)
