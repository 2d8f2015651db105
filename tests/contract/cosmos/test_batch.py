"""Transactional batches."""

from __future__ import annotations

from typing import Any

import pytest
from azure.cosmos import ContainerProxy, exceptions


def body(item_id: str, **more: object) -> dict[str, object]:
    return {"id": item_id, "tenantId": "t1", **more}


def test_every_kind_of_operation_runs_in_order(container: ContainerProxy) -> None:
    container.create_item(body("kept", n=1))
    container.create_item(body("doomed"))
    results = container.execute_item_batch(
        [
            ("create", (body("new"),)),
            ("upsert", (body("other"),)),
            ("replace", ("kept", body("kept", n=2))),
            ("patch", ("kept", [{"op": "incr", "path": "/n", "value": 1}])),
            ("read", ("kept",)),
            ("delete", ("doomed",)),
        ],
        partition_key="t1",
    )
    assert [result["statusCode"] for result in results] == [201, 201, 200, 200, 200, 204]
    assert results[4]["resourceBody"]["n"] == 3
    assert results[0]["eTag"] == container.read_item("new", "t1")["_etag"]


def test_one_failure_undoes_the_whole_batch(container: ContainerProxy) -> None:
    container.create_item(body("taken"))
    operations: list[Any] = [("create", (body("b1"),)), ("create", (body("taken"),)), ("create", (body("b2"),))]
    with pytest.raises(exceptions.CosmosBatchOperationError) as caught:
        container.execute_item_batch(operations, partition_key="t1")
    assert caught.value.error_index == 1
    assert [result["statusCode"] for result in caught.value.operation_responses] == [424, 409, 424]
    for item_id in ("b1", "b2"):
        with pytest.raises(exceptions.CosmosResourceNotFoundError):
            container.read_item(item_id, "t1")


def test_a_stale_etag_undoes_the_batch(container: ContainerProxy) -> None:
    container.create_item(body("kept", n=1))
    operations: list[Any] = [
        ("create", (body("b1"),)),
        ("replace", ("kept", body("kept", n=2)), {"if_match_etag": '"stale"'}),
    ]
    with pytest.raises(exceptions.CosmosBatchOperationError) as caught:
        container.execute_item_batch(operations, partition_key="t1")
    assert caught.value.status_code == 412
    assert container.read_item("kept", "t1")["n"] == 1


def test_a_patch_condition_works_in_a_batch(container: ContainerProxy) -> None:
    container.create_item(body("kept", n=1))
    patch = ("kept", [{"op": "incr", "path": "/n", "value": 1}])
    container.execute_item_batch([("patch", patch, {"filter_predicate": "from c where c.n = 1"})], partition_key="t1")
    with pytest.raises(exceptions.CosmosBatchOperationError):
        container.execute_item_batch(
            [("patch", patch, {"filter_predicate": "from c where c.n = 1"})], partition_key="t1"
        )
    assert container.read_item("kept", "t1")["n"] == 2


def test_an_item_of_another_partition_does_not_get_in(container: ContainerProxy) -> None:
    with pytest.raises(exceptions.CosmosBatchOperationError) as caught:
        container.execute_item_batch([("create", ({"id": "b1", "tenantId": "t2"},))], partition_key="t1")
    assert caught.value.status_code == 400


def test_a_batch_takes_a_hundred_operations_and_no_more(container: ContainerProxy) -> None:
    operations = [("upsert", (body(f"b{number}"),)) for number in range(101)]
    with pytest.raises(exceptions.CosmosHttpResponseError) as caught:
        container.execute_item_batch(operations, partition_key="t1")
    assert caught.value.status_code == 400
    assert len(container.execute_item_batch(operations[:100], partition_key="t1")) == 100


def test_a_batch_takes_two_megabytes_and_no_more(container: ContainerProxy) -> None:
    operations = [("upsert", (body(f"b{number}", text="x" * 700_000),)) for number in range(3)]
    with pytest.raises(exceptions.CosmosHttpResponseError) as caught:
        container.execute_item_batch(operations, partition_key="t1")
    assert caught.value.status_code == 413
    assert list(container.query_items("SELECT * FROM c", partition_key="t1")) == []
