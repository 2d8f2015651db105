"""The way to Cosmos DB: one client for the process, opened at first use, and outcomes in our own words.

Every operation ends within the time limit: an outage is a StoreUnavailableError, never a wait. Throttling (429) is
waited out by the SDK for a moment and then told to the caller.
"""

from __future__ import annotations

import asyncio
import logging
import math
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

from azure.core import MatchConditions
from azure.core.credentials_async import AsyncTokenCredential
from azure.core.exceptions import AzureError
from azure.cosmos.aio import ContainerProxy, CosmosClient
from azure.cosmos.exceptions import CosmosBatchOperationError, CosmosHttpResponseError

from function_app.errors import StoreUnavailableError, TooManyRequestsError
from function_app.stores.outcomes import AbsentError, AlreadyExistsError, ChangedError
from function_app.transport import direct_transport

_CONNECT_SECONDS = 2
_THROTTLE_RETRIES = 3
_THROTTLE_WAIT_SECONDS = 2
_OWNER_NOT_FOUND = 1003
"""Sub-status of 404: the container or database is not there, which is our fault and not the caller's."""

_logger = logging.getLogger("parley.store")

Json = dict[str, Any]
BatchOperation = tuple[Any, ...]
Partition = str | Sequence[str]
"""The partition key's value, or its values, the tenant's id first."""


class Cosmos:
    """The account and database; hands out containers."""

    def __init__(self, endpoint: str, credential: str | AsyncTokenCredential, database: str, timeout: float) -> None:
        self._endpoint = endpoint
        self._credential = credential
        self._database = database
        self._timeout = timeout
        self._opening = asyncio.Lock()
        self._client: CosmosClient | None = None

    def container(self, name: str) -> Container:
        return Container(self, name)

    async def client(self) -> CosmosClient:
        """The open client. A failed opening leaves nothing behind, so that the next use tries again."""
        async with self._opening:
            if self._client is None:
                client = self._new_client()
                try:
                    await client.__aenter__()
                except BaseException:
                    await client.close()
                    raise
                self._client = client
            return self._client

    def _new_client(self) -> CosmosClient:
        return CosmosClient(
            self._endpoint,
            self._credential,
            connection_timeout=_CONNECT_SECONDS,
            read_timeout=self._timeout,
            retry_throttle_total=_THROTTLE_RETRIES,
            retry_throttle_backoff_max=_THROTTLE_WAIT_SECONDS,
            transport=direct_transport(),
        )

    async def proxy(self, container: str) -> ContainerProxy:
        return (await self.client()).get_database_client(self._database).get_container_client(container)

    @asynccontextmanager
    async def operation(self) -> AsyncIterator[None]:
        """Bounds what happens inside and turns the SDK's errors into ours."""
        try:
            async with asyncio.timeout(self._timeout):
                yield
        except (CosmosHttpResponseError, CosmosBatchOperationError) as error:
            raise _outcome(error) from error
        except (AzureError, TimeoutError, OSError) as error:
            _logger.warning("cosmos unavailable error=%s", type(error).__name__)
            raise StoreUnavailableError from error

    async def close(self) -> None:
        async with self._opening:
            client, self._client = self._client, None
        if client is not None:
            await client.close()
        if isinstance(self._credential, AsyncTokenCredential):
            await self._credential.close()


class Container:
    """A container.

    Every method may raise StoreUnavailableError and TooManyRequestsError; writes also raise StoreRaceError.
    """

    def __init__(self, cosmos: Cosmos, name: str) -> None:
        self._cosmos = cosmos
        self._name = name

    async def read(self, partition: Partition, document: str) -> Json | None:
        """The document, or None when it is not there."""
        try:
            async with self._cosmos.operation():
                proxy = await self._cosmos.proxy(self._name)
                return dict(await proxy.read_item(document, partition_key=_key(partition)))
        except AbsentError:
            return None

    async def create(self, body: Json) -> Json:
        async with self._cosmos.operation():
            proxy = await self._cosmos.proxy(self._name)
            return dict(await proxy.create_item(body))

    async def upsert(self, body: Json) -> None:
        """Writes over whatever is there: only for what nobody decides anything by."""
        async with self._cosmos.operation():
            proxy = await self._cosmos.proxy(self._name)
            await proxy.upsert_item(body)

    async def replace(self, body: Json, etag: str) -> Json:
        async with self._cosmos.operation():
            proxy = await self._cosmos.proxy(self._name)
            condition = MatchConditions.IfNotModified
            return dict(await proxy.replace_item(body["id"], body, etag=etag, match_condition=condition))

    async def patch(
        self, partition: Partition, document: str, operations: list[Json], condition: str | None = None
    ) -> Json:
        """`condition` is an SQL predicate over `c`; ChangedError when it does not hold."""
        predicate = None if condition is None else f"FROM c WHERE {condition}"
        async with self._cosmos.operation():
            proxy = await self._cosmos.proxy(self._name)
            key = _key(partition)
            return dict(await proxy.patch_item(document, key, operations, filter_predicate=predicate))

    async def batch(self, partition: Partition, operations: list[BatchOperation]) -> list[Json]:
        """All of the operations or none; the results in their order."""
        async with self._cosmos.operation():
            proxy = await self._cosmos.proxy(self._name)
            results = await proxy.execute_item_batch(operations, partition_key=_key(partition))
            return [dict(result) for result in results]

    async def query(self, partition: Partition, sql: str, **parameters: object) -> list[Any]:
        """Every row. For queries that are bounded by what they ask."""
        async with self._cosmos.operation():
            proxy = await self._cosmos.proxy(self._name)
            rows = proxy.query_items(sql, parameters=_parameters(parameters), partition_key=_key(partition))
            return [row async for row in rows]

    async def query_page(
        self, partition: Partition, sql: str, *, size: int, continuation: str | None, **parameters: object
    ) -> tuple[list[Any], str | None]:
        """One page of at most `size` rows, and the continuation of the next, if there may be one."""
        async with self._cosmos.operation():
            proxy = await self._cosmos.proxy(self._name)
            key, given = _key(partition), _parameters(parameters)
            rows = proxy.query_items(sql, parameters=given, partition_key=key, max_item_count=size)
            pages: Any = rows.by_page(continuation)  # The declared type lacks the token.
            try:
                page = await anext(pages)
            except StopAsyncIteration:
                return [], None
            return [row async for row in page], pages.continuation_token

    async def query_every_partition(self, sql: str, *, limit: int | None = None, **parameters: object) -> list[Any]:
        """Every row of every tenant, or as many as `limit`; only for the platform's own upkeep."""
        async with self._cosmos.operation():
            proxy = await self._cosmos.proxy(self._name)
            found: list[Any] = []
            async for row in proxy.query_items(sql, parameters=_parameters(parameters), max_item_count=limit):
                found.append(row)
                if len(found) == limit:
                    break
            return found


def set_values(values: Mapping[str, object]) -> list[Json]:
    """Patch operations that set these fields, by their names in JSON."""
    return [{"op": "set", "path": f"/{name}", "value": value} for name, value in values.items()]


def add_to(field: str, number: int) -> Json:
    """The patch operation that adds to what the field holds by then, whatever was read."""
    return {"op": "incr", "path": f"/{field}", "value": number}


def _key(partition: Partition) -> str | list[str]:
    """The SDK takes a plain value for a container with one path and a list for one with several."""
    return partition if isinstance(partition, str) else list(partition)


def _parameters(values: Mapping[str, object]) -> list[Json]:
    return [{"name": f"@{name}", "value": value} for name, value in values.items()]


def _outcome(error: CosmosHttpResponseError | CosmosBatchOperationError) -> Exception:
    headers = error.headers or {}
    match error.status_code, error.sub_status:
        case 404, sub_status if sub_status != _OWNER_NOT_FOUND:
            return AbsentError()
        case 409, _:
            return AlreadyExistsError()
        case 412, _:
            return ChangedError()
        case 429, _:
            return TooManyRequestsError(retry_after=_retry_after(headers))
    _logger.warning("cosmos refused status=%s sub_status=%s", error.status_code, error.sub_status)
    return StoreUnavailableError()


def _retry_after(headers: Mapping[str, Any]) -> int:
    """Whole seconds, at least one: Cosmos DB says it in milliseconds."""
    try:
        return max(1, math.ceil(int(headers.get("x-ms-retry-after-ms", 0)) / 1000))
    except ValueError:
        return 1
