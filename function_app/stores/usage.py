"""Who was in the sessions of a tenant, and when, in Cosmos DB."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from function_app.participants.documents import Participant, Presence
from function_app.sessions.documents import Session
from function_app.stores.cosmos import Container
from function_app.timestamps import rfc3339
from function_app.usage.report import Stay

_PAGE_SIZE = 1000
_SESSIONS_AT_ONCE = 200
_SESSIONS = """
    SELECT * FROM c
    WHERE c.tenantId = @tenant AND c.type = 'session' AND c.startedOn < @until
    AND (IS_NULL(c.endedOn) OR c.endedOn > @since)
"""
_PARTICIPANTS = """
    SELECT * FROM c
    WHERE c.tenantId = @tenant AND c.type = 'participant' AND ARRAY_CONTAINS(@sessions, c.sessionId)
    AND c.cameOn < @until
"""


class UsageStore:
    def __init__(self, container: Container) -> None:
        self._container = container

    async def between(self, tenant: str, since: datetime, until: datetime, now: datetime) -> list[Stay]:
        """The stays in sessions of the tenant that have a part in that time."""
        limits = {"since": rfc3339(since), "until": rfc3339(until)}
        sessions = [Session.read(row) for row in await self._rows(tenant, _SESSIONS, **limits)]
        ended_on = {session.id: session.ended_on for session in sessions}
        stays: list[Stay] = []
        for start in range(0, len(sessions), _SESSIONS_AT_ONCE):
            some = [session.id for session in sessions[start : start + _SESSIONS_AT_ONCE]]
            rows = await self._rows(tenant, _PARTICIPANTS, sessions=some, until=limits["until"])
            stays += (_stay(one.settled(ended_on[one.session_id]), now) for one in map(Participant.read, rows))
        return stays

    async def _rows(self, tenant: str, sql: str, **parameters: object) -> list[dict[str, Any]]:
        """All rows, a page at a time, so that none takes long."""
        found: list[dict[str, Any]] = []
        continuation: str | None = None
        while True:
            rows, continuation = await self._container.query_page(
                (tenant,), sql, size=_PAGE_SIZE, continuation=continuation, tenant=tenant, **parameters
            )
            found += rows
            if continuation is None:
                return found


def _stay(participant: Participant, now: datetime) -> Stay:
    return Stay(
        meeting=participant.meeting_id,
        session=participant.session_id,
        came_on=participant.came_on or participant.joined_on,
        left_on=participant.presence_since if participant.presence is Presence.LEFT else now,
        there=participant.was_there(now),
    )
