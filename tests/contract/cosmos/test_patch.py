"""Partial updates."""

from __future__ import annotations

from typing import Any

import pytest
from azure.cosmos import ContainerProxy, exceptions


@pytest.fixture
def item(container: ContainerProxy) -> dict[str, Any]:
    body = {"id": "m1", "tenantId": "t1", "title": "a", "n": 1, "tags": ["x", "y"], "deep": {"a": 1}}
    return container.create_item(body)


@pytest.mark.parametrize(
    ("operation", "path", "expected"),
    [
        ({"op": "set", "path": "/title", "value": "b"}, "title", "b"),
        ({"op": "add", "path": "/extra", "value": {"k": []}}, "extra", {"k": []}),
        ({"op": "add", "path": "/tags/1", "value": "new"}, "tags", ["x", "new", "y"]),
        ({"op": "add", "path": "/tags/-", "value": "end"}, "tags", ["x", "y", "end"]),
        ({"op": "set", "path": "/tags/0", "value": "first"}, "tags", ["first", "y"]),
        ({"op": "replace", "path": "/deep/a", "value": None}, "deep", {"a": None}),
        ({"op": "remove", "path": "/tags/0"}, "tags", ["y"]),
        ({"op": "remove", "path": "/deep"}, "deep", None),
        ({"op": "incr", "path": "/n", "value": 5}, "n", 6),
        ({"op": "incr", "path": "/n", "value": -1.5}, "n", -0.5),
        ({"op": "incr", "path": "/counter", "value": 1}, "counter", 1),
        ({"op": "move", "from": "/title", "path": "/deep/title"}, "deep", {"a": 1, "title": "a"}),
    ],
)
def test_an_operation_changes_the_item(
    container: ContainerProxy, item: dict[str, Any], operation: dict[str, Any], path: str, expected: object
) -> None:
    container.patch_item("m1", "t1", [operation])
    assert container.read_item("m1", "t1").get(path) == expected


def test_operations_apply_in_order_and_leave_the_rest(container: ContainerProxy, item: dict[str, Any]) -> None:
    operations: list[dict[str, Any]] = [
        {"op": "add", "path": "/list", "value": []},
        {"op": "add", "path": "/list/-", "value": 1},
    ]
    patched = container.patch_item("m1", "t1", operations)
    assert (patched["list"], patched["title"]) == ([1], "a")
    assert patched["_etag"] != item["_etag"]


@pytest.mark.parametrize(
    "operation",
    [
        {"op": "replace", "path": "/absent", "value": 1},
        {"op": "remove", "path": "/absent"},
        {"op": "set", "path": "/absent/deeper", "value": 1},
        {"op": "add", "path": "/tags/9", "value": 1},
        {"op": "incr", "path": "/title", "value": 1},
        {"op": "set", "path": "/id", "value": "other"},
        {"op": "set", "path": "/tenantId", "value": "other"},
        {"op": "explode", "path": "/n"},
    ],
)
def test_an_operation_that_does_not_fit_changes_nothing(
    container: ContainerProxy, item: dict[str, Any], operation: dict[str, Any]
) -> None:
    with pytest.raises(exceptions.CosmosHttpResponseError) as caught:
        container.patch_item("m1", "t1", [{"op": "set", "path": "/title", "value": "b"}, operation])
    assert caught.value.status_code == 400
    assert container.read_item("m1", "t1")["title"] == "a"


def test_a_patch_takes_at_most_ten_operations(container: ContainerProxy, item: dict[str, Any]) -> None:
    with pytest.raises(exceptions.CosmosHttpResponseError) as caught:
        container.patch_item("m1", "t1", [{"op": "incr", "path": "/n", "value": 1}] * 11)
    assert caught.value.status_code == 400


def test_a_condition_guards_the_patch(container: ContainerProxy, item: dict[str, Any]) -> None:
    operations: list[dict[str, Any]] = [{"op": "set", "path": "/title", "value": "b"}]
    with pytest.raises(exceptions.CosmosAccessConditionFailedError):
        container.patch_item("m1", "t1", operations, filter_predicate="from c where c.n > 1")
    assert container.patch_item("m1", "t1", operations, filter_predicate="from c where c.n = 1")["title"] == "b"


def test_a_missing_item_cannot_be_patched(container: ContainerProxy) -> None:
    with pytest.raises(exceptions.CosmosResourceNotFoundError):
        container.patch_item("absent", "t1", [{"op": "set", "path": "/title", "value": "b"}])
