"""Cursors and the delivery log in Cosmos DB: a webhook's in one partition, so that a batch can hold both."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Collection
from datetime import datetime

from pydantic import ValidationError

from function_app.stores.cosmos import BatchOperation, Container, Json
from function_app.timestamps import rfc3339
from function_app.webhooks.cursors import Cursor
from function_app.webhooks.deliveries import Delivery, DeliveryStatus, Settlement

_PAGE_SIZE = 100

_logger = logging.getLogger("parley.store")

_DUE = """
    SELECT * FROM c
    WHERE c.type = 'cursor' AND c.dueOn <= @now AND NOT ARRAY_CONTAINS(@but, c.webhookKey)
"""
_BEHIND = """
    SELECT * FROM c
    WHERE c.tenantId = @tenant AND c.type = 'cursor' AND c.position < c.latest
"""
_CURSOR_IDS = """
    SELECT VALUE c.id FROM c
    WHERE c.tenantId = @tenant AND c.type = 'cursor'
    OFFSET 0 LIMIT @size
"""
_LOG = """
    SELECT * FROM c
    WHERE c.tenantId = @tenant AND c.type = 'delivery' AND (IS_NULL(@status) OR c.status = @status)
    ORDER BY c.id DESC
"""

WebhookPartition = tuple[str, str]
"""The tenant, and the webhook's key."""


class DeliveryStore:
    def __init__(self, container: Container) -> None:
        self._container = container

    async def cursor(self, partition: WebhookPartition, cursor: str) -> Cursor | None:
        body = await self._container.read(partition, cursor)
        return Cursor.read(body) if body else None

    async def create(self, cursor: Cursor) -> Cursor:
        """Raises AlreadyExistsError."""
        return Cursor.read(await self._container.create(cursor.body()))

    async def replace(self, cursor: Cursor) -> Cursor:
        """Writes over the version that was read. Raises StoreRaceError."""
        return Cursor.read(await self._container.replace(cursor.body(), cursor.etag or ""))

    async def delete(self, cursor: Cursor) -> None:
        """Raises StoreRaceError when it has changed since it was read."""
        await self._container.batch(cursor.partition, [_delete(cursor)])

    async def forget(self, partition: WebhookPartition) -> None:
        """Deletes every cursor of a webhook that is no more; the log expires by itself."""
        while ids := await self._container.query(partition, _CURSOR_IDS, tenant=partition[0], size=_PAGE_SIZE):
            await self._container.batch(partition, [("delete", (one,)) for one in ids])

    async def settle(self, settlement: Settlement) -> Cursor | None:
        """Writes all of the settlement or nothing; the cursor, or None when it has come to its end for good.

        Raises StoreRaceError when the cursor has changed since it was read.
        """
        cursor = settlement.cursor
        is_over = cursor.once and cursor.is_at_end
        operations = [_delete(cursor) if is_over else _replace(cursor)]
        news = filter(None, (settlement.delivery, settlement.retries))
        operations += [("create", (document.body(),)) for document in news]
        results = await self._container.batch(cursor.partition, operations)
        return None if is_over else cursor.model_copy(update={"etag": results[0]["eTag"]})

    async def due(self, now: datetime, but: Collection[str], limit: int) -> list[Cursor]:
        """Some of the cursors, of whatever tenant, that are due and not of these webhooks."""
        rows = await self._container.query_every_partition(_DUE, limit=limit, now=rfc3339(now), but=sorted(but))
        return list(filter(None, map(_read_cursor, rows)))

    async def behind(self, partition: WebhookPartition) -> AsyncIterator[Cursor]:
        """The webhook's cursors that are not at their end."""
        continuation: str | None = None
        while True:
            rows, continuation = await self._container.query_page(
                partition, _BEHIND, size=_PAGE_SIZE, continuation=continuation, tenant=partition[0]
            )
            for cursor in filter(None, map(_read_cursor, rows)):
                yield cursor
            if continuation is None:
                return

    async def delivery(self, partition: WebhookPartition, delivery: str) -> Delivery | None:
        body = await self._container.read(partition, delivery)
        return Delivery.read(body) if body else None

    async def log(
        self, partition: WebhookPartition, status: DeliveryStatus | None, size: int, continuation: str | None
    ) -> tuple[list[Delivery], str | None]:
        """A page of the webhook's deliveries, newest first."""
        rows, following = await self._container.query_page(
            partition, _LOG, size=size, continuation=continuation, tenant=partition[0], status=status
        )
        return [Delivery.read(row) for row in rows], following


def _read_cursor(row: Json) -> Cursor | None:
    """One that cannot be read is left out: it must not hold up the others."""
    try:
        return Cursor.read(row)
    except ValidationError:
        _logger.exception("unreadable cursor tenant=%s id=%s", row.get("tenantId"), row.get("id"))
        return None


def _replace(cursor: Cursor) -> BatchOperation:
    return ("replace", (cursor.id, cursor.body()), {"if_match_etag": cursor.etag})


def _delete(cursor: Cursor) -> BatchOperation:
    return ("delete", (cursor.id,), {"if_match_etag": cursor.etag})
