"""Webhooks in Cosmos DB: one document in each tenant's partition of the container `tenants`."""

from __future__ import annotations

from collections.abc import Callable

from function_app.stores.cosmos import Container
from function_app.stores.outcomes import until_it_holds
from function_app.webhooks.documents import REGISTER_DOCUMENT, WebhookRegister


class WebhookStore:
    def __init__(self, container: Container) -> None:
        self._container = container

    async def of(self, tenant: str) -> WebhookRegister:
        """The tenant's webhooks; none when it never had one."""
        body = await self._container.read(tenant, REGISTER_DOCUMENT)
        return WebhookRegister.read(body) if body else WebhookRegister.empty(tenant)

    async def change(self, tenant: str, change: Callable[[WebhookRegister], WebhookRegister]) -> None:
        """Writes what `change` makes of the tenant's webhooks, made anew whenever somebody else was faster.

        What `change` raises is raised.
        """

        async def attempt() -> None:
            found = await self.of(tenant)
            changed = change(found)
            if changed == found:
                return
            if found.etag is None:
                await self._container.create(changed.body())
            else:
                await self._container.replace(changed.body(), found.etag)

        await until_it_holds(attempt)
