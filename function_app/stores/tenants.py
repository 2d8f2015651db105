"""Tenants in Cosmos DB: one document each, its id being the tenant's."""

from __future__ import annotations

from function_app.stores.cosmos import Container
from function_app.tenants.documents import Tenant


class TenantStore:
    def __init__(self, container: Container) -> None:
        self._container = container

    async def find(self, tenant: str) -> Tenant | None:
        body = await self._container.read(tenant, tenant)
        return Tenant.read(body) if body else None

    async def create(self, tenant: Tenant) -> None:
        """Raises AlreadyExistsError."""
        await self._container.create(tenant.body())

    async def replace(self, tenant: Tenant) -> None:
        """Writes over the version that was read. Raises StoreRaceError."""
        await self._container.replace(tenant.body(), tenant.etag or "")

    async def ids(self) -> list[str]:
        """Every tenant's id: the directory from which the platform's own upkeep begins, tenant by tenant."""
        rows = await self._container.query_every_partition("SELECT VALUE c.id FROM c WHERE c.type = 'tenant'")
        return [str(row) for row in rows]
