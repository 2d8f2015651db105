"""Who was in the sessions of a tenant, and when, in Cosmos DB."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from function_app.stores.cosmos import Container
from function_app.timestamps import rfc3339
from function_app.usage.report import Stay

_PAGE_SIZE = 1000
_STAYS = """
    SELECT c.meetingId, c.sessionId, c.joinedOn, c.presence, c.presenceSince FROM c
    WHERE c.tenantId = @tenant AND c.type = 'participant' AND c.joinedOn < @until
    AND (c.presence != 'left' OR c.presenceSince > @since)
"""


class UsageStore:
    def __init__(self, container: Container) -> None:
        self._container = container

    async def between(self, tenant: str, since: datetime, until: datetime) -> list[Stay]:
        """The stays of the tenant that have a part in that time."""
        found: list[Stay] = []
        continuation: str | None = None
        while True:
            rows, continuation = await self._container.query_page(
                (tenant,),
                _STAYS,
                size=_PAGE_SIZE,
                continuation=continuation,
                tenant=tenant,
                since=rfc3339(since),
                until=rfc3339(until),
            )
            found += map(_stay, rows)
            if continuation is None:
                return found


def _stay(row: dict[str, Any]) -> Stay:
    left_on = datetime.fromisoformat(row["presenceSince"]) if row["presence"] == "left" else None
    return Stay(row["meetingId"], row["sessionId"], datetime.fromisoformat(row["joinedOn"]), left_on)
