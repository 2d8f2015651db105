"""How the connections of a session's participants were, in Cosmos DB."""

from __future__ import annotations

import asyncio
from typing import NamedTuple

from function_app.participants.documents import Participant
from function_app.stores.cosmos import Container
from function_app.stores.documents import MeetingKey

_WHO = """
    FROM c
    WHERE c.tenantId = @tenant AND c.type = 'participant' AND c.sessionId = @session AND IS_STRING(c.cameOn)
"""
_THERE = f"SELECT VALUE COUNT(1) {_WHO}"
_AT_LEAST = f"{_WHO} AND c.connection.troubledRatio >= @ratio"
_COUNT_AT_LEAST = f"SELECT VALUE COUNT(1) {_AT_LEAST}"
_WORST = f"SELECT * {_AT_LEAST} ORDER BY c.connection.troubledRatio DESC OFFSET 0 LIMIT @size"


class SessionQuality(NamedTuple):
    participants: int
    measured: int
    troubled: int
    worst: list[Participant]


class QualityStore:
    def __init__(self, container: Container) -> None:
        self._container = container

    async def summary(self, key: MeetingKey, session: str, ratio: float, size: int) -> SessionQuality:
        """How many were there, were measured, had so much trouble or more; of the last some, the worst first."""
        about = {"tenant": key.tenant, "session": session}
        query = self._container.query
        [there], [measured], [troubled], worst = await asyncio.gather(
            query(key, _THERE, **about),
            query(key, _COUNT_AT_LEAST, ratio=0, **about),
            query(key, _COUNT_AT_LEAST, ratio=ratio, **about),
            query(key, _WORST, ratio=ratio, size=size, **about),
        )
        return SessionQuality(int(there), int(measured), int(troubled), [Participant.read(row) for row in worst])
