"""The change feed, from the beginning and from where a reader left off."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from azure.cosmos import ContainerProxy

from tests.contract.cosmos.conftest import ContainerFactory


def put(container: ContainerProxy, item_id: str, tenant: str = "t1", **more: object) -> None:
    container.upsert_item({"id": item_id, "tenantId": tenant, **more})


def read(container: ContainerProxy, **options: Any) -> tuple[list[str], str]:
    """The ids in the feed, and the token to go on from, which the pager lacks where the feed was empty."""
    ids = [item["id"] for item in container.query_items_change_feed(**options)]
    return ids, container.client_connection.last_response_headers["etag"]


def test_the_feed_has_every_item_in_the_order_of_its_last_change(container: ContainerProxy) -> None:
    for item_id in ("a", "b", "c"):
        put(container, item_id)
    put(container, "a", n=2)
    assert read(container, start_time="Beginning", partition_key="t1")[0] == ["b", "c", "a"]


def test_a_reader_goes_on_where_it_was(container: ContainerProxy) -> None:
    put(container, "a")
    _, token = read(container, start_time="Beginning")
    assert read(container, continuation=token)[0] == []
    put(container, "b")
    put(container, "a", n=2)
    ids, token = read(container, continuation=token)
    assert ids == ["b", "a"]
    assert read(container, continuation=token)[0] == []


def test_a_reader_that_starts_now_sees_only_what_comes(container: ContainerProxy) -> None:
    put(container, "a")
    ids, token = read(container, start_time="Now")
    assert ids == []
    put(container, "b")
    assert read(container, continuation=token)[0] == ["b"]


def test_a_reader_can_start_at_a_moment(container: ContainerProxy) -> None:
    put(container, "a")
    moment = datetime.now(UTC)
    assert read(container, start_time=moment - timedelta(minutes=5))[0] == ["a"]
    assert read(container, start_time=moment + timedelta(minutes=5))[0] == []


def test_the_feed_of_a_partition_has_no_other(container: ContainerProxy) -> None:
    put(container, "a", "t1")
    put(container, "b", "t2")
    ids, token = read(container, start_time="Beginning", partition_key="t2")
    assert ids == ["b"]
    put(container, "c", "t1")
    put(container, "d", "t2")
    assert read(container, continuation=token)[0] == ["d"]


def test_the_feed_ranges_of_a_container_cover_it_once(container: ContainerProxy) -> None:
    ids = {f"i{number}" for number in range(20)}
    for number, item_id in enumerate(sorted(ids)):
        put(container, item_id, f"t{number % 7}")
    seen: list[str] = []
    for feed_range in container.read_feed_ranges():
        seen += read(container, start_time="Beginning", feed_range=feed_range)[0]
    assert sorted(seen) == sorted(ids)


def test_pages_of_the_feed_are_as_small_as_asked_and_miss_nothing(container: ContainerProxy) -> None:
    for number in range(7):
        put(container, f"i{number}")
    feed = container.query_items_change_feed(start_time="Beginning", partition_key="t1", max_item_count=3)
    sizes = [len(list(page)) for page in feed.by_page()]
    assert sum(sizes) == 7
    assert max(sizes) == 3


def test_a_batch_appears_whole_and_in_order(container: ContainerProxy) -> None:
    put(container, "e")
    operations = [("upsert", ({"id": item_id, "tenantId": "t1"},)) for item_id in ("d", "e", "c")]
    container.execute_item_batch(operations, partition_key="t1")
    feed = container.query_items_change_feed(start_time="Beginning", partition_key="t1", max_item_count=2)
    pages = [[(item["id"], item["_lsn"]) for item in page] for page in feed.by_page()]
    ids = [item_id for page in pages for item_id, _ in page]
    assert ids == ["d", "e", "c"]
    assert len({lsn for page in pages for _, lsn in page}) == 1


def test_a_deleted_item_leaves_the_feed(container: ContainerProxy) -> None:
    put(container, "a")
    put(container, "b")
    container.delete_item("a", "t1")
    assert read(container, start_time="Beginning")[0] == ["b"]


def test_a_hierarchical_container_has_a_feed(create_container: ContainerFactory) -> None:
    container = create_container("/tenantId", "/meetingId")
    container.create_item({"id": "a", "tenantId": "t1", "meetingId": "m1"})
    container.create_item({"id": "b", "tenantId": "t1", "meetingId": "m2"})
    container.create_item({"id": "c", "tenantId": "t2", "meetingId": "m1"})
    assert read(container, start_time="Beginning", partition_key=["t1", "m2"])[0] == ["b"]
    assert sorted(read(container, start_time="Beginning")[0]) == ["a", "b", "c"]
