"""Removals and bans in Cosmos DB: in the meeting's partition, a document for each user who was taken out."""

from __future__ import annotations

from function_app.participants.exclusions import Exclusion, exclusion_id
from function_app.stores.cosmos import Container
from function_app.stores.documents import MeetingKey
from function_app.stores.outcomes import until_it_holds

_BANS = """
    SELECT * FROM c
    WHERE c.tenantId = @tenant AND c.meetingId = @meeting AND c.type = 'exclusion' AND c.banned
    ORDER BY c.excludedOn DESC
"""


class ExclusionStore:
    def __init__(self, container: Container) -> None:
        self._container = container

    async def find(self, key: MeetingKey, user: str) -> Exclusion | None:
        body = await self._container.read(key, exclusion_id(user))
        return Exclusion.read(body) if body else None

    async def bans(self, key: MeetingKey, size: int, continuation: str | None) -> tuple[list[Exclusion], str | None]:
        """A page of the meeting's bans, newest first."""
        rows, following = await self._container.query_page(
            key, _BANS, size=size, continuation=continuation, tenant=key.tenant, meeting=key.meeting
        )
        return [Exclusion.read(row) for row in rows], following

    async def lift(self, key: MeetingKey, exclusion: str) -> None:
        """Makes a ban, if it is there, a mere removal: a token from before it stays dead."""

        async def attempt() -> None:
            body = await self._container.read(key, exclusion)
            if body:
                found = Exclusion.read(body)
                await self._container.replace(found.lifted().body(), found.etag or "")

        await until_it_holds(attempt)
