"""A change-feed function, fired from the Cosmos DB emulator through the unmodified SDK."""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import azure.functions as func
import pytest
from aiohttp import web
from azure.cosmos import PartitionKey
from azure.cosmos.aio import ContainerProxy, CosmosClient, DatabaseProxy

from local_azure.cosmos import CosmosEmulator
from local_azure.functions_host.trigger_host import TriggerHost
from local_azure.functions_host.triggers import discover
from tests.support.waiting import eventually

KEY = base64.b64encode(b"k" * 64).decode()


@asynccontextmanager
async def emulator(path: Path, port: int = 0) -> AsyncIterator[str]:
    """A running emulator's origin."""
    runner = web.AppRunner(CosmosEmulator(KEY, path).app())
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", port).start()
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "cosmos.sqlite"


@pytest.fixture
async def origin(path: Path) -> AsyncIterator[str]:
    async with emulator(path) as running:
        yield running


@pytest.fixture
async def database(origin: str) -> AsyncIterator[DatabaseProxy]:
    async with CosmosClient(origin, KEY) as client:
        yield await client.create_database("parley")


async def make_containers(database: DatabaseProxy) -> ContainerProxy:
    await database.create_container("leases", PartitionKey("/id"))
    return await database.create_container("meetings", PartitionKey(["/tenantId", "/meetingId"], kind="MultiHash"))


async def write(container: ContainerProxy, *ids: str) -> None:
    for one in ids:
        await container.upsert_item({"id": one, "tenantId": "t", "meetingId": one})


class Receiver:
    """A Functions app with one change-feed function, which keeps what it is given."""

    def __init__(self, origin: str, *, from_beginning: bool = True) -> None:
        self.received: list[str] = []
        self.failures = 0
        self._origin = origin
        self._from_beginning = from_beginning

    async def _take(self, documents: func.DocumentList) -> None:
        if self.failures:
            self.failures -= 1
            raise ValueError("not now")
        self.received += [str(document["id"]) for document in documents]

    def host(self) -> TriggerHost:
        app = func.FunctionApp()

        @app.retry("exponential_backoff", "-1", minimum_interval="00:00:00.02", maximum_interval="00:00:01")
        @app.cosmos_db_trigger(
            arg_name="documents",
            connection="COSMOS",
            database_name="parley",
            container_name="meetings",
            start_from_beginning=self._from_beginning,  # type: ignore[arg-type] # a flag; its annotation is a mistake
            feed_poll_delay=20,
        )
        async def meetings_changed(documents: func.DocumentList) -> None:
            await self._take(documents)

        return TriggerHost(discover(app, {"COSMOS": f"AccountEndpoint={self._origin};AccountKey={KEY};"}))

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        host = self.host()
        host.start()
        try:
            yield
        finally:
            await host.stop()

    async def until_received(self, *ids: str) -> None:
        await eventually(lambda: self.received == list(ids), f"the function got {ids}")


async def test_changes_reach_the_function_in_order(origin: str, database: DatabaseProxy) -> None:
    container, receiver = await make_containers(database), Receiver(origin)
    await write(container, "before")
    async with receiver.running():
        await receiver.until_received("before")
        await write(container, "a", "b")
        await receiver.until_received("before", "a", "b")


async def test_a_restart_gets_what_changed_meanwhile_and_not_again_what_it_noted(
    origin: str, database: DatabaseProxy
) -> None:
    container, receiver = await make_containers(database), Receiver(origin)
    await write(container, "first")
    async with receiver.running():
        await receiver.until_received("first")
        await eventually(lambda: _lease_exists(database), "the function noted how far it has read")
    await write(container, "meanwhile")
    async with receiver.running():
        await receiver.until_received("first", "meanwhile")
        await write(container, "after")
        await receiver.until_received("first", "meanwhile", "after")


async def test_a_function_that_starts_with_the_next_change_does_not_get_older_ones(
    origin: str, database: DatabaseProxy
) -> None:
    container, receiver = await make_containers(database), Receiver(origin, from_beginning=False)
    await write(container, "old")
    async with receiver.running():
        await eventually(lambda: _lease_exists(database), "the function noted where it begins")
        await write(container, "new")
        await receiver.until_received("new")


async def test_a_failing_function_gets_its_changes_again(origin: str, database: DatabaseProxy) -> None:
    container, receiver = await make_containers(database), Receiver(origin)
    receiver.failures = 2
    await write(container, "a")
    async with receiver.running():
        await receiver.until_received("a")


async def test_containers_that_come_later_are_waited_for(
    origin: str, database: DatabaseProxy, caplog: pytest.LogCaptureFixture
) -> None:
    receiver = Receiver(origin)
    async with receiver.running():
        await eventually(lambda: "meetings_changed cannot be read" in caplog.text, "the feed is missed")
        await write(await make_containers(database), "a")
        await receiver.until_received("a")


async def test_an_emulator_that_restarts_is_found_again(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    async with emulator(path) as origin, CosmosClient(origin, KEY) as client:
        await write(await make_containers(await client.create_database("parley")), "a")
    receiver = Receiver(origin)
    async with receiver.running():
        await eventually(lambda: "meetings_changed cannot be read" in caplog.text, "the feed is missed")
        async with emulator(path, int(origin.rpartition(":")[2])):
            await receiver.until_received("a")
    assert "Traceback" not in caplog.text


async def _lease_exists(database: DatabaseProxy) -> bool:
    leases = database.get_container_client("leases")
    return bool([lease async for lease in leases.read_all_items()])
