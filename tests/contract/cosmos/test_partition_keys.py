"""Partition keys of every type, and of several levels."""

from __future__ import annotations

from typing import Any

import pytest
from azure.cosmos import ContainerProxy, DatabaseProxy, PartitionKey, exceptions
from azure.cosmos.partition_key import NonePartitionKeyValue, NullPartitionKeyValue

from tests.contract.cosmos.conftest import ContainerFactory


@pytest.mark.parametrize("value", ["text", "", "ü 😀 /", 7, 7.5, -1, True, False])
def test_a_key_of_any_simple_type_finds_its_item(container: ContainerProxy, value: Any) -> None:
    container.create_item({"id": "a", "tenantId": value})
    assert container.read_item("a", value)["tenantId"] == value
    assert len(list(container.query_items("SELECT * FROM c", partition_key=value))) == 1


def test_keys_of_different_types_are_different_partitions(container: ContainerProxy) -> None:
    for value in ("1", 1, True, "true"):
        container.create_item({"id": "a", "tenantId": value})
    assert container.read_item("a", 1)["tenantId"] == 1
    assert container.read_item("a", "1")["tenantId"] == "1"
    assert container.read_item("a", 1.0)["tenantId"] == 1


def test_null_and_absent_keys_are_two_partitions(container: ContainerProxy) -> None:
    container.create_item({"id": "absent"})
    container.create_item({"id": "null", "tenantId": None})
    assert container.read_item("absent", NonePartitionKeyValue)["id"] == "absent"
    assert container.read_item("null", NullPartitionKeyValue)["id"] == "null"
    with pytest.raises(exceptions.CosmosResourceNotFoundError):
        container.read_item("absent", NullPartitionKeyValue)


def test_a_key_can_lie_deep_in_the_item(create_container: ContainerFactory) -> None:
    container = create_container("/owner/tenant")
    container.create_item({"id": "a", "owner": {"tenant": "t1"}})
    assert container.read_item("a", "t1")["id"] == "a"


def test_the_key_of_an_item_cannot_be_replaced(container: ContainerProxy) -> None:
    container.create_item({"id": "a", "tenantId": "t1"})
    with pytest.raises(exceptions.CosmosResourceNotFoundError):
        container.replace_item("a", {"id": "a", "tenantId": "t2"})
    assert container.read_item("a", "t1")["tenantId"] == "t1"


def test_all_items_of_a_key_can_be_deleted(container: ContainerProxy) -> None:
    for item_id, tenant in (("a", "t1"), ("b", "t1"), ("c", "t2")):
        container.create_item({"id": item_id, "tenantId": tenant})
    container.delete_all_items_by_partition_key("t1")
    assert list(container.query_items("SELECT * FROM c", partition_key="t1")) == []
    assert container.read_item("c", "t2")["id"] == "c"


@pytest.fixture
def hierarchical(create_container: ContainerFactory) -> ContainerProxy:
    container = create_container("/tenantId", "/meetingId")
    for tenant, meeting, item_id in (("t1", "m1", "a"), ("t1", "m2", "a"), ("t1", "m2", "b"), ("t2", "m1", "a")):
        container.create_item({"id": item_id, "tenantId": tenant, "meetingId": meeting})
    return container


def test_a_hierarchical_key_finds_its_item(hierarchical: ContainerProxy) -> None:
    assert hierarchical.read_item("b", ["t1", "m2"])["id"] == "b"
    with pytest.raises(exceptions.CosmosResourceNotFoundError):
        hierarchical.read_item("b", ["t1", "m1"])


def test_a_full_hierarchical_key_is_a_scope(hierarchical: ContainerProxy) -> None:
    assert len(list(hierarchical.query_items("SELECT * FROM c", partition_key=["t1", "m2"]))) == 2


def test_a_prefix_of_a_hierarchical_key_is_a_scope(hierarchical: ContainerProxy) -> None:
    found = list(hierarchical.query_items("SELECT * FROM c", partition_key=["t1"]))
    assert sorted((item["meetingId"], item["id"]) for item in found) == [("m1", "a"), ("m2", "a"), ("m2", "b")]
    counted: Any = hierarchical.query_items("SELECT VALUE COUNT(1) FROM c", partition_key=["t1"])
    assert list(counted) == [3]
    ordered: Any = hierarchical.query_items(
        "SELECT VALUE c.meetingId FROM c ORDER BY c.meetingId DESC", partition_key=["t1"]
    )
    assert list(ordered) == ["m2", "m2", "m1"]


def test_pages_of_a_prefix_miss_nothing(hierarchical: ContainerProxy) -> None:
    for number in range(20):
        hierarchical.create_item({"id": f"i{number}", "tenantId": "t3", "meetingId": f"m{number % 4}"})
    pages = hierarchical.query_items("SELECT * FROM c", partition_key=["t3"], max_item_count=6).by_page()
    ids = [item["id"] for page in pages for item in page]
    assert sorted(ids) == sorted(f"i{number}" for number in range(20))


def test_a_hierarchical_item_may_lack_a_level(hierarchical: ContainerProxy) -> None:
    hierarchical.create_item({"id": "whole-tenant", "tenantId": "t4"})
    assert [item["id"] for item in hierarchical.query_items("SELECT * FROM c", partition_key=["t4"])] == [
        "whole-tenant"
    ]


def test_a_batch_works_on_a_hierarchical_key(hierarchical: ContainerProxy) -> None:
    body = {"id": "n", "tenantId": "t1", "meetingId": "m1"}
    hierarchical.execute_item_batch([("create", (body,)), ("read", ("a",))], partition_key=["t1", "m1"])
    assert hierarchical.read_item("n", ["t1", "m1"])["id"] == "n"


def test_many_items_of_a_hierarchical_key_are_read_at_once(hierarchical: ContainerProxy) -> None:
    found = hierarchical.read_items([("a", ["t1", "m1"]), ("b", ["t1", "m2"])])
    assert [(item["meetingId"], item["id"]) for item in found] == [("m1", "a"), ("m2", "b")]


def test_more_than_three_levels_are_refused(database: DatabaseProxy) -> None:
    key = PartitionKey(path=["/a", "/b", "/c", "/d"], kind="MultiHash")
    with pytest.raises(exceptions.CosmosHttpResponseError) as caught:
        database.create_container("too-deep", partition_key=key)
    assert caught.value.status_code == 400
