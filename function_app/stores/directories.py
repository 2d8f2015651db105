"""Which tenant a directory belongs to, in Cosmos DB: the container `tenants`."""

from __future__ import annotations

from function_app.directories.documents import OWNER_DOCUMENT, DirectoryOwner, partition_of
from function_app.stores.cosmos import Container


class DirectoryStore:
    def __init__(self, container: Container) -> None:
        self._container = container

    async def find(self, directory: str) -> DirectoryOwner | None:
        """Who claimed the directory last."""
        body = await self._container.read(partition_of(directory), OWNER_DOCUMENT)
        return DirectoryOwner.read(body) if body else None

    async def create(self, owner: DirectoryOwner) -> None:
        """Raises AlreadyExistsError."""
        await self._container.create(owner.body())

    async def replace(self, owner: DirectoryOwner) -> None:
        """Writes over the version that was read. Raises StoreRaceError."""
        await self._container.replace(owner.body(), owner.etag or "")
