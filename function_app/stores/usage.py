"""Who was in the sessions of a tenant, and when, in Cosmos DB."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from function_app.participants.documents import Participant, Presence
from function_app.sessions.documents import Session
from function_app.stores.cosmos import Container
from function_app.timestamps import rfc3339
from function_app.usage.documents import SettledUsage
from function_app.usage.report import Share, Stay

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
_SETTLED = """
    SELECT * FROM c
    WHERE c.tenantId = @tenant AND c.type = 'settledUsage' AND c.firstDay <= @day AND c.lastDay >= @day
"""


class UsageStore:
    def __init__(self, container: Container) -> None:
        self._container = container

    async def of_day(self, tenant: str, day: date, now: datetime) -> list[Share]:
        """What sessions of the tenant have of that day of UTC, purged ones too."""
        begin = datetime.combine(day, time(), UTC)
        limits = {"since": rfc3339(begin), "until": rfc3339(begin + timedelta(days=1))}
        sessions = [Session.read(row) for row in await self._rows(tenant, _SESSIONS, **limits)]
        shares: list[Share] = []
        for start in range(0, len(sessions), _SESSIONS_AT_ONCE):
            some = sessions[start : start + _SESSIONS_AT_ONCE]
            for stay in await self._stays(tenant, some, limits["until"], now):
                shares += stay.on(day)
        for row in await self._rows(tenant, _SETTLED, day=day.isoformat()):
            shares += SettledUsage.read(row).on(day)
        return shares

    async def settled(self, session: Session, now: datetime) -> SettledUsage | None:
        """What is to be kept of a session that has ended; None where nobody was there."""
        return SettledUsage.of(session, await self._stays(session.tenant_id, [session], rfc3339(now), now))

    async def _stays(self, tenant: str, sessions: Sequence[Session], until: str, now: datetime) -> list[Stay]:
        ended_on = {session.id: session.ended_on for session in sessions}
        rows = await self._rows(tenant, _PARTICIPANTS, sessions=list(ended_on), until=until)
        return [_stay(one.settled(ended_on[one.session_id]), now) for one in map(Participant.read, rows)]

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
