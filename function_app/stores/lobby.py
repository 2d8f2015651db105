"""Those who wait in Cosmos DB, in their meeting's partition."""

from __future__ import annotations

from function_app.lobby.documents import LobbyEntry, entry_id
from function_app.stores.cosmos import BatchOperation, Container
from function_app.stores.documents import MeetingKey

MOST_SHOWN = 200

_WAITING = """
    SELECT * FROM c
    WHERE c.tenantId = @tenant AND c.type = 'lobbyEntry' AND c.sessionId = @session AND c.admission = 'waiting'
    ORDER BY c.askedOn
    OFFSET 0 LIMIT @size
"""


class LobbyStore:
    def __init__(self, container: Container) -> None:
        self._container = container

    async def find(self, key: MeetingKey, participant: str) -> LobbyEntry | None:
        body = await self._container.read(key, entry_id(participant))
        return LobbyEntry.read(body) if body else None

    async def save(self, entry: LobbyEntry) -> None:
        """Writes a new entry, or over the version that was read, which begins its life anew. Raises StoreRaceError."""
        if entry.etag is None:
            await self._container.create(entry.body())
        else:
            await self._container.replace(entry.body(), entry.etag)

    async def remove(self, entry: LobbyEntry) -> None:
        """Takes the version away that was read. Raises StoreRaceError."""
        deletion: BatchOperation = ("delete", (entry.id,), {"if_match_etag": entry.etag})
        await self._container.batch(entry.key, [deletion])

    async def waiting(self, key: MeetingKey, session: str) -> list[LobbyEntry]:
        """Those who wait, who asked first first; no more than can be shown."""
        rows = await self._container.query(key, _WAITING, tenant=key.tenant, session=session, size=MOST_SHOWN)
        return [LobbyEntry.read(row) for row in rows]
