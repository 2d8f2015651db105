"""Time to live, and unique keys."""

from __future__ import annotations

import time

import pytest
from azure.cosmos import ContainerProxy, DatabaseProxy, PartitionKey, exceptions

from tests.contract.cosmos.conftest import ContainerFactory

DEADLINE = 20.0


def wait_until_gone(container: ContainerProxy, item_id: str) -> None:
    give_up = time.monotonic() + DEADLINE
    while time.monotonic() < give_up:
        try:
            container.read_item(item_id, "t1")
        except exceptions.CosmosResourceNotFoundError:
            return
        time.sleep(0.1)
    pytest.fail(f"{item_id} was still there after {DEADLINE} seconds")


def test_an_item_expires_by_its_own_time_to_live(create_container: ContainerFactory) -> None:
    container = create_container(default_ttl=-1)
    container.create_item({"id": "brief", "tenantId": "t1", "ttl": 1})
    container.create_item({"id": "lasting", "tenantId": "t1"})
    wait_until_gone(container, "brief")
    assert [item["id"] for item in container.query_items("SELECT * FROM c", partition_key="t1")] == ["lasting"]
    container.create_item({"id": "brief", "tenantId": "t1"})


def test_an_item_expires_by_the_default_of_its_container(create_container: ContainerFactory) -> None:
    container = create_container(default_ttl=1)
    container.create_item({"id": "lasting", "tenantId": "t1", "ttl": -1})
    container.create_item({"id": "brief", "tenantId": "t1"})
    wait_until_gone(container, "brief")
    assert container.read_item("lasting", "t1")["id"] == "lasting"


def test_a_default_given_later_holds_for_items_that_are_there(
    database: DatabaseProxy, container: ContainerProxy
) -> None:
    container.create_item({"id": "brief", "tenantId": "t1"})
    container.create_item({"id": "lasting", "tenantId": "t1", "ttl": -1})
    database.replace_container(container, partition_key=PartitionKey(path="/tenantId"), default_ttl=1)
    wait_until_gone(container, "brief")
    assert container.read_item("lasting", "t1")["id"] == "lasting"


def test_a_time_to_live_means_nothing_where_the_container_has_none(
    create_container: ContainerFactory, container: ContainerProxy
) -> None:
    expiring = create_container(default_ttl=-1)
    container.create_item({"id": "a", "tenantId": "t1", "ttl": 1})
    expiring.create_item({"id": "a", "tenantId": "t1", "ttl": 1})
    wait_until_gone(expiring, "a")
    assert container.read_item("a", "t1")["id"] == "a"


@pytest.mark.parametrize("ttl", [0, -2, "soon", 1.5])
def test_a_time_to_live_must_be_positive_or_for_ever(create_container: ContainerFactory, ttl: object) -> None:
    container = create_container(default_ttl=-1)
    with pytest.raises(exceptions.CosmosHttpResponseError) as caught:
        container.create_item({"id": "a", "tenantId": "t1", "ttl": ttl})
    assert caught.value.status_code == 400


@pytest.fixture
def unique(create_container: ContainerFactory) -> ContainerProxy:
    return create_container(unique_key_policy={"uniqueKeys": [{"paths": ["/email"]}, {"paths": ["/a", "/b"]}]})


def test_a_unique_value_is_taken_only_once_in_a_partition(unique: ContainerProxy) -> None:
    unique.create_item({"id": "1", "tenantId": "t1", "email": "e", "a": 1, "b": 1})
    with pytest.raises(exceptions.CosmosResourceExistsError):
        unique.create_item({"id": "2", "tenantId": "t1", "email": "e", "a": 2, "b": 2})
    with pytest.raises(exceptions.CosmosResourceExistsError):
        unique.upsert_item({"id": "2", "tenantId": "t1", "email": "f", "a": 1, "b": 1})
    unique.create_item({"id": "2", "tenantId": "t1", "email": "f", "a": 1, "b": 2})
    unique.create_item({"id": "1", "tenantId": "t2", "email": "e", "a": 1, "b": 1})


def test_a_unique_value_is_free_once_its_item_changes_or_goes(unique: ContainerProxy) -> None:
    unique.create_item({"id": "1", "tenantId": "t1", "email": "e"})
    unique.replace_item("1", {"id": "1", "tenantId": "t1", "email": "e", "title": "same"})
    unique.replace_item("1", {"id": "1", "tenantId": "t1", "email": "f", "a": 1})
    unique.create_item({"id": "2", "tenantId": "t1", "email": "e"})
    unique.delete_item("2", "t1")
    unique.create_item({"id": "3", "tenantId": "t1", "email": "e"})


def test_a_patch_cannot_take_a_unique_value(unique: ContainerProxy) -> None:
    unique.create_item({"id": "1", "tenantId": "t1", "email": "e", "a": 1})
    unique.create_item({"id": "2", "tenantId": "t1", "email": "f", "a": 2})
    with pytest.raises(exceptions.CosmosResourceExistsError):
        unique.patch_item("2", "t1", [{"op": "set", "path": "/email", "value": "e"}])
    assert unique.read_item("2", "t1")["email"] == "f"
