"""The asynchronous client, which builds its requests with code of its own."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator
from typing import Any

import pytest
from azure.core import MatchConditions
from azure.cosmos import DatabaseProxy, PartitionKey, exceptions
from azure.cosmos.aio import ContainerProxy, CosmosClient

from tests.contract.cosmos.conftest import Account


@pytest.fixture
async def container(account: Account, database: DatabaseProxy) -> AsyncIterator[ContainerProxy]:
    name = f"aio-{uuid.uuid4().hex[:12]}"
    async with CosmosClient(account.endpoint, account.key, **account.client_options()) as client:
        theirs = client.get_database_client(database.id)
        key = PartitionKey(path=["/tenantId", "/meetingId"], kind="MultiHash")
        yield await theirs.create_container(name, partition_key=key)
        await theirs.delete_container(name)


def body(item_id: str, meeting: str = "m1", **more: object) -> dict[str, object]:
    return {"id": item_id, "tenantId": "t1", "meetingId": meeting, **more}


async def test_items_are_written_and_read(container: ContainerProxy) -> None:
    item = await container.create_item(body("a", n=1))
    with pytest.raises(exceptions.CosmosResourceExistsError):
        await container.create_item(body("a"))
    guard = {"etag": item["_etag"], "match_condition": MatchConditions.IfNotModified}
    await container.replace_item("a", body("a", n=2), **guard)
    with pytest.raises(exceptions.CosmosAccessConditionFailedError):
        await container.upsert_item(body("a", n=3), **guard)
    await container.patch_item("a", ["t1", "m1"], [{"op": "incr", "path": "/n", "value": 1}])
    assert (await container.read_item("a", ["t1", "m1"]))["n"] == 3
    await container.delete_item("a", ["t1", "m1"])
    with pytest.raises(exceptions.CosmosResourceNotFoundError):
        await container.read_item("a", ["t1", "m1"])


async def test_queries_are_scoped_by_key_prefix_or_nothing(container: ContainerProxy) -> None:
    for number in range(6):
        await container.create_item(body(f"i{number}", f"m{number % 2}", n=number))
    whole: Any = container.query_items("SELECT VALUE c.n FROM c ORDER BY c.n", partition_key=["t1", "m1"])
    assert [row async for row in whole] == [1, 3, 5]
    prefix: Any = container.query_items("SELECT VALUE c.n FROM c ORDER BY c.n DESC", partition_key=["t1"])
    assert [row async for row in prefix] == [5, 4, 3, 2, 1, 0]
    crossing: Any = container.query_items("SELECT VALUE COUNT(1) FROM c")
    assert [row async for row in crossing] == [6]


async def test_pages_follow_their_continuation(container: ContainerProxy) -> None:
    for number in range(5):
        await container.create_item(body(f"i{number}"))
    query = "SELECT VALUE c.id FROM c ORDER BY c.id"
    pages: Any = container.query_items(query, partition_key=["t1", "m1"], max_item_count=3).by_page()
    first = [row async for row in await anext(pages)]
    resumed: Any = container.query_items(query, partition_key=["t1", "m1"], max_item_count=3)
    second = [row async for row in await anext(resumed.by_page(pages.continuation_token))]
    assert (first, second) == (["i0", "i1", "i2"], ["i3", "i4"])


async def test_a_batch_is_all_or_nothing(container: ContainerProxy) -> None:
    operations = [("create", (body("a"),)), ("upsert", (body("b"),)), ("read", ("a",))]
    assert len(await container.execute_item_batch(operations, partition_key=["t1", "m1"])) == 3
    with pytest.raises(exceptions.CosmosBatchOperationError):
        await container.execute_item_batch(
            [("create", (body("c"),)), ("create", (body("a"),))], partition_key=["t1", "m1"]
        )
    with pytest.raises(exceptions.CosmosResourceNotFoundError):
        await container.read_item("c", ["t1", "m1"])


async def test_the_change_feed_goes_on_where_it_was(container: ContainerProxy) -> None:
    await container.create_item(body("a"))
    pages: Any = container.query_items_change_feed(start_time="Beginning").by_page()
    assert [item["id"] async for page in pages async for item in page] == ["a"]
    await container.create_item(body("b", "m2"))
    later = container.query_items_change_feed(continuation=pages.continuation_token)
    assert [item["id"] async for item in later] == ["b"]


async def test_the_change_feed_of_each_feed_range_and_of_a_key(container: ContainerProxy) -> None:
    for number in range(4):
        await container.create_item(body(f"i{number}", f"m{number % 2}"))
    seen = [
        item["id"]
        async for feed_range in container.read_feed_ranges()
        async for item in container.query_items_change_feed(start_time="Beginning", feed_range=feed_range)
    ]
    assert sorted(seen) == ["i0", "i1", "i2", "i3"]
    of_key = container.query_items_change_feed(start_time="Beginning", partition_key=["t1", "m1"])
    assert [item["id"] async for item in of_key] == ["i1", "i3"]


async def test_many_items_are_read_at_once(container: ContainerProxy) -> None:
    for number in range(3):
        await container.create_item(body(f"i{number}", f"m{number}"))
    found = await container.read_items([(f"i{number}", ["t1", f"m{number}"]) for number in range(3)])
    assert [item["id"] for item in found] == ["i0", "i1", "i2"]
