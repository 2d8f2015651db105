"""Databases, containers, throughput and the account."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from azure.cosmos import ContainerProxy, CosmosClient, DatabaseProxy, PartitionKey, exceptions

from tests.contract.cosmos.conftest import Account, ContainerFactory


def test_a_database_is_created_once(client: CosmosClient, database: DatabaseProxy) -> None:
    client.create_database_if_not_exists(database.id)
    with pytest.raises(exceptions.CosmosResourceExistsError):
        client.create_database(database.id)


def test_databases_are_listed_and_queried(client: CosmosClient, database: DatabaseProxy) -> None:
    assert database.id in [entry["id"] for entry in client.list_databases()]
    query = "SELECT * FROM d WHERE d.id = @id"
    found = list(client.query_databases(query, parameters=[{"name": "@id", "value": database.id}]))
    assert [entry["id"] for entry in found] == [database.id]


def test_a_deleted_database_is_gone(client: CosmosClient) -> None:
    name = f"short-lived-{uuid.uuid4().hex[:8]}"
    client.create_database(name)
    client.delete_database(name)
    with pytest.raises(exceptions.CosmosResourceNotFoundError):
        client.get_database_client(name).read()


def test_a_container_is_created_once(database: DatabaseProxy, container: ContainerProxy) -> None:
    key = PartitionKey(path="/tenantId")
    assert database.create_container_if_not_exists(container.id, partition_key=key).id == container.id
    with pytest.raises(exceptions.CosmosResourceExistsError):
        database.create_container(container.id, partition_key=key)


def test_a_container_shows_its_properties(container: ContainerProxy) -> None:
    properties = container.read()
    assert properties["partitionKey"]["paths"] == ["/tenantId"]
    assert properties["partitionKey"]["kind"] == "Hash"
    assert properties["_rid"]
    assert properties["_etag"]
    assert properties["indexingPolicy"]["indexingMode"] == "consistent"


def test_containers_are_listed_and_queried(database: DatabaseProxy, container: ContainerProxy) -> None:
    assert container.id in [entry["id"] for entry in database.list_containers()]
    found: list[Any] = list(database.query_containers(f"SELECT VALUE c.id FROM c WHERE c.id = '{container.id}'"))
    assert found == [container.id]


def test_a_container_can_be_given_a_default_time_to_live(database: DatabaseProxy, container: ContainerProxy) -> None:
    database.replace_container(container, partition_key=PartitionKey(path="/tenantId"), default_ttl=3600)
    assert container.read()["defaultTtl"] == 3600


def test_the_partition_key_of_a_container_cannot_change(database: DatabaseProxy, container: ContainerProxy) -> None:
    with pytest.raises(exceptions.CosmosHttpResponseError) as caught:
        database.replace_container(container, partition_key=PartitionKey(path="/other"))
    assert caught.value.status_code == 400


def test_a_deleted_container_is_gone(database: DatabaseProxy) -> None:
    name = f"short-lived-{uuid.uuid4().hex[:8]}"
    container = database.create_container(name, partition_key=PartitionKey(path="/pk"))
    database.delete_container(name)
    with pytest.raises(exceptions.CosmosResourceNotFoundError):
        container.read()


def test_a_container_created_again_is_empty_for_a_client_that_knew_the_old_one(database: DatabaseProxy) -> None:
    name = f"again-{uuid.uuid4().hex[:8]}"
    key = PartitionKey(path="/tenantId")
    container = database.create_container(name, partition_key=key)
    container.create_item({"id": "old", "tenantId": "t"})
    database.delete_container(name)
    again = database.create_container(name, partition_key=key)
    try:
        again.create_item({"id": "new", "tenantId": "t"})
        assert [item["id"] for item in again.query_items("SELECT * FROM c", partition_key="t")] == ["new"]
    finally:
        database.delete_container(name)


@pytest.mark.parametrize("name", ["a/b", "a\\b", "a?b", "a#b", "x" * 256])
def test_a_name_that_a_url_cannot_carry_is_refused(database: DatabaseProxy, name: str) -> None:
    with pytest.raises((exceptions.CosmosHttpResponseError, ValueError)):
        database.create_container(name, partition_key=PartitionKey(path="/pk"))


def test_throughput_is_shown_and_changed(create_container: ContainerFactory) -> None:
    container = create_container(offer_throughput=500)
    assert container.get_throughput().offer_throughput == 500
    container.replace_throughput(600)
    assert container.get_throughput().offer_throughput == 600


def test_the_whole_container_is_covered_by_its_feed_ranges(container: ContainerProxy) -> None:
    assert len(list(container.read_feed_ranges())) >= 1


def test_a_client_that_discovers_endpoints_can_read(
    account: Account, database: DatabaseProxy, container: ContainerProxy
) -> None:
    container.create_item({"id": "a", "tenantId": "t"})
    options = account.client_options()
    with CosmosClient(account.endpoint, account.key, enable_endpoint_discovery=True, **options) as client:
        read = client.get_database_client(database.id).get_container_client(container.id).read_item("a", "t")
    assert read["id"] == "a"


def test_a_wrong_key_is_refused(account: Account, database: DatabaseProxy, container: ContainerProxy) -> None:
    wrong = "d3Jvbmcga2V5IHdyb25nIGtleSB3cm9uZyBrZXk="
    with pytest.raises(exceptions.CosmosHttpResponseError) as caught:
        CosmosClient(account.endpoint, wrong, **account.client_options())
    assert caught.value.status_code == 401
