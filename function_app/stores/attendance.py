"""Sessions and participants in Cosmos DB, live and past, a page at a time. `since` leaves out a former meeting's."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from function_app.participants.documents import Participant
from function_app.sessions.documents import Session
from function_app.stores.cosmos import Container
from function_app.stores.documents import MeetingKey
from function_app.timestamps import rfc3339

_SESSIONS = """
    SELECT * FROM c
    WHERE c.tenantId = @tenant AND c.type = 'session' AND c.startedOn >= @since
    ORDER BY c.startedOn DESC
"""
_NAMED_SESSIONS = """
    SELECT * FROM c
    WHERE c.tenantId = @tenant AND c.type = 'session' AND ARRAY_CONTAINS(@sessions, c.id)
"""
_PARTICIPANTS = """
    SELECT * FROM c
    WHERE c.tenantId = @tenant AND c.type = 'participant' AND c.sessionId = @session
    ORDER BY c.joinedOn
"""
_ATTENDANCE = """
    SELECT * FROM c
    WHERE c.tenantId = @tenant AND c.type = 'participant' AND c.cameOn >= @since
    AND (IS_NULL(@session) OR c.sessionId = @session)
    ORDER BY c.cameOn
"""


class AttendanceStore:
    def __init__(self, container: Container) -> None:
        self._container = container

    async def sessions(
        self, key: MeetingKey, since: datetime, size: int, continuation: str | None
    ) -> tuple[list[Session], str | None]:
        """The meeting's sessions, newest first."""
        rows, following = await self._container.query_page(
            key, _SESSIONS, size=size, continuation=continuation, tenant=key.tenant, since=rfc3339(since)
        )
        return [Session.read(row) for row in rows], following

    async def sessions_named(self, key: MeetingKey, ids: Collection[str]) -> dict[str, Session]:
        """Those of the sessions that there are, by their ids."""
        rows = await self._container.query(key, _NAMED_SESSIONS, tenant=key.tenant, sessions=sorted(ids))
        return {session.id: session for session in map(Session.read, rows)}

    async def participants(
        self, key: MeetingKey, session: str, size: int, continuation: str | None
    ) -> tuple[list[Participant], str | None]:
        """Everybody who has joined the session, in the order of their first joins."""
        rows, following = await self._container.query_page(
            key, _PARTICIPANTS, size=size, continuation=continuation, tenant=key.tenant, session=session
        )
        return [Participant.read(row) for row in rows], following

    async def attendance(
        self, key: MeetingKey, session: str | None, since: datetime, size: int, continuation: str | None
    ) -> tuple[list[Participant], str | None]:
        """Everybody who was there, in that session or in any, in the order in which they came."""
        rows, following = await self._container.query_page(
            key,
            _ATTENDANCE,
            size=size,
            continuation=continuation,
            tenant=key.tenant,
            session=session,
            since=rfc3339(since),
        )
        return [Participant.read(row) for row in rows], following
