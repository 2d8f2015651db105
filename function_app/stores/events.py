"""Events in Cosmos DB, read in the order in which they happened."""

from __future__ import annotations

import logging
from datetime import datetime

from pydantic import ValidationError

from function_app.events.documents import Event
from function_app.stores.cosmos import Container, Json
from function_app.stores.documents import MeetingKey
from function_app.timestamps import rfc3339

_EVENTS = "c.tenantId = @tenant AND c.type = 'event'"
_AFTER = f"""
    SELECT * FROM c
    WHERE {_EVENTS} AND c.sequence > @position AND c.sequence <= @until
    ORDER BY c.sequence
    OFFSET 0 LIMIT @size
"""  # noqa: S608 constants only
_LAST_BEFORE = f"""
    SELECT VALUE c.sequence FROM c
    WHERE {_EVENTS} AND c.occurredOn < @moment
    ORDER BY c.sequence DESC
    OFFSET 0 LIMIT 1
"""  # noqa: S608 constants only

_logger = logging.getLogger("parley.store")


class EventStore:
    def __init__(self, container: Container) -> None:
        self._container = container

    async def after(self, key: MeetingKey, position: int, until: int, size: int) -> dict[int, Event | None]:
        """The first `size` events after `position`, up to and with `until`, by their sequence and in its order.

        None stands for one that cannot be read. A replica that lags may not have all: whoever needs each event looks
        whether the sequence has a gap.
        """
        rows = await self._container.query(key, _AFTER, tenant=key.tenant, position=position, until=until, size=size)
        return {row["sequence"]: _read(row) for row in rows}

    async def last_before(self, key: MeetingKey, moment: datetime) -> int:
        """The sequence of the last event that happened before the moment; 0 when none did."""
        rows = await self._container.query(key, _LAST_BEFORE, tenant=key.tenant, moment=rfc3339(moment))
        return int(rows[0]) if rows else 0


def _read(row: Json) -> Event | None:
    try:
        return Event.read(row)
    except ValidationError:
        _logger.exception("unreadable event tenant=%s id=%s", row.get("tenantId"), row.get("id"))
        return None
