"""Chat messages in Cosmos DB, in their meeting's partition."""

from __future__ import annotations

from function_app.chat.documents import StoredMessage
from function_app.stores.cosmos import Container
from function_app.stores.documents import MeetingKey

_LATEST = """
    SELECT * FROM c
    WHERE c.tenantId = @tenant AND c.type = 'chatMessage' AND c.position >= @since AND c.position < @before
    ORDER BY c.position DESC
    OFFSET 0 LIMIT @size
"""

AFTER_ALL = "~"
"""A position after every message's."""


class ChatStore:
    def __init__(self, container: Container) -> None:
        self._container = container

    async def add(self, message: StoredMessage) -> None:
        """Raises AlreadyExistsError for a repeat."""
        await self._container.create(message.body())

    async def find(self, key: MeetingKey, message: str) -> StoredMessage | None:
        body = await self._container.read(key, message)
        return StoredMessage.read(body) if body else None

    async def latest(self, key: MeetingKey, since: str, before: str, size: int) -> list[StoredMessage]:
        """The last `size` messages from one position on and before another, newest first."""
        rows = await self._container.query(key, _LATEST, tenant=key.tenant, since=since, before=before, size=size)
        return [StoredMessage.read(row) for row in rows]
