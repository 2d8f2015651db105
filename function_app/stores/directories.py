"""Which tenant a directory belongs to, in Cosmos DB: the container `tenants`."""

from __future__ import annotations

from function_app.directories.documents import OWNER_DOCUMENT, DirectoryOwner, partition_of
from function_app.errors import DirectoryTakenError
from function_app.stores.cosmos import Container
from function_app.stores.outcomes import AbsentError, AlreadyExistsError


class DirectoryStore:
    def __init__(self, container: Container) -> None:
        self._container = container

    async def owner(self, directory: str) -> str | None:
        """The tenant to whom the directory belongs."""
        found = await self._find(directory)
        return found.owner if found else None

    async def claim(self, directory: str, tenant: str) -> None:
        """Makes it the tenant's, unless it is already. Raises DirectoryTakenError when it is another's."""
        try:
            await self._container.create(DirectoryOwner.of(directory, tenant).body())
        except AlreadyExistsError:
            if await self.owner(directory) != tenant:
                raise DirectoryTakenError from None

    async def release(self, directory: str, tenant: str) -> None:
        """Makes it nobody's, if it is the tenant's. Raises StoreRaceError."""
        found = await self._find(directory)
        if found is None or found.owner != tenant:
            return
        try:
            deletion = ("delete", (found.id,), {"if_match_etag": found.etag})
            await self._container.batch(found.tenant_id, [deletion])
        except AbsentError:
            return

    async def _find(self, directory: str) -> DirectoryOwner | None:
        body = await self._container.read(partition_of(directory), OWNER_DOCUMENT)
        return DirectoryOwner.read(body) if body else None
