"""The change feed of a Cosmos DB container, read with the SDK; adapter of `change_feed.Feed`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Any

from azure.core.exceptions import AzureError
from azure.cosmos.aio import ContainerProxy, CosmosClient
from azure.cosmos.exceptions import CosmosResourceNotFoundError

from local_azure.functions_host.change_feed import Batch, FeedUnavailableError
from local_azure.functions_host.triggers import ChangeFeedFunction, ContainerAddress

_NO_SUCH_CONTAINER = 1003
"""The sub-status of a 404 when the container itself is missing, rather than the document."""


class CosmosFeed:
    """Use it as an async context manager: it owns two clients.

    They are two because what `read` needs of the last response must not be that of another request.
    """

    def __init__(self, function: ChangeFeedFunction) -> None:
        self._function = function
        self._source_client = _client(function.source)
        self._lease_client = _client(function.leases)
        self._source = _container(self._source_client, function.source)
        self._leases = _container(self._lease_client, function.leases)

    async def __aenter__(self) -> CosmosFeed:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._source_client.close()
        await self._lease_client.close()

    async def load(self) -> str | None:
        with _unavailable():
            try:
                lease = await self._leases.read_item(self._function.lease_id, partition_key=self._function.lease_id)
            except CosmosResourceNotFoundError as error:
                if error.sub_status == _NO_SUCH_CONTAINER:
                    raise
                return None
            return str(lease["continuation"])

    async def save(self, continuation: str) -> None:
        with _unavailable():
            await self._leases.upsert_item({"id": self._function.lease_id, "continuation": continuation})

    async def read(self, continuation: str | None) -> Batch:
        start: dict[str, Any] = {"continuation": continuation} if continuation else {"start_time": self._start_time}
        pages = self._source.query_items_change_feed(max_item_count=self._function.batch, **start).by_page()
        documents: list[dict[str, Any]] = []
        with _unavailable():
            async for page in pages:
                documents = [document async for document in page]
                break
        # The pages' own continuation stays empty when nothing has changed yet; the response always carries it.
        return Batch(documents, self._source.client_connection.last_response_headers.get("etag"))

    @property
    def _start_time(self) -> str:
        return "Beginning" if self._function.from_beginning else "Now"


@contextmanager
def _unavailable() -> Iterator[None]:
    try:
        yield
    except AzureError as error:
        raise FeedUnavailableError(str(error).partition("\n")[0]) from error


def _client(address: ContainerAddress) -> CosmosClient:
    # Imported where it is needed: without a change feed the host runs any app by the name of function_app.
    from function_app.transport import direct_transport

    return CosmosClient.from_connection_string(address.connection, transport=direct_transport())


def _container(client: CosmosClient, address: ContainerAddress) -> ContainerProxy:
    return client.get_database_client(address.database).get_container_client(address.container)
