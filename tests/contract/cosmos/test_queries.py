"""Queries through the SDK: scope, paging, and each clause once. `tests/unit/cosmos_sql` has the language in depth."""

from __future__ import annotations

from typing import Any

import pytest
from azure.cosmos import ContainerProxy, exceptions

from tests.contract.cosmos.conftest import ContainerFactory

ITEMS = 25


@pytest.fixture
def filled(container: ContainerProxy) -> ContainerProxy:
    """25 items of the tenant `tq`, and one with the same id in each of two other tenants."""
    for number in range(ITEMS):
        tags = ["x", "y"] if number % 2 else ["z"]
        container.create_item({"id": f"q{number:02}", "tenantId": "tq", "n": number, "tags": tags})
    for tenant in ("t1", "t2"):
        container.create_item({"id": "m1", "tenantId": tenant, "title": tenant})
    return container


def rows(container: ContainerProxy, query: str, **options: Any) -> list[Any]:
    options.setdefault("partition_key", "tq")
    return list(container.query_items(query, **options))


def everywhere(container: ContainerProxy, query: str, **options: Any) -> list[Any]:
    return list(container.query_items(query, enable_cross_partition_query=True, **options))


def test_parameters_fill_a_query(filled: ContainerProxy) -> None:
    found = rows(filled, "SELECT * FROM c WHERE c.n > @n", parameters=[{"name": "@n", "value": 19}])
    assert sorted(item["n"] for item in found) == [20, 21, 22, 23, 24]


def test_a_query_stays_in_its_partition(filled: ContainerProxy) -> None:
    assert rows(filled, "SELECT VALUE c.tenantId FROM c", partition_key="t1") == ["t1"]
    assert rows(filled, "SELECT * FROM c WHERE c.tenantId = 't2'", partition_key="t1") == []


def test_a_query_can_cross_partitions(filled: ContainerProxy) -> None:
    found = everywhere(filled, "SELECT c.id, c.tenantId FROM c WHERE c.id = 'm1'")
    assert sorted(item["tenantId"] for item in found) == ["t1", "t2"]


def test_crossing_partitions_must_be_asked_for(filled: ContainerProxy) -> None:
    with pytest.raises(exceptions.CosmosHttpResponseError) as caught:
        list(filled.query_items("SELECT * FROM c WHERE c.n > 1", enable_cross_partition_query=False))
    assert caught.value.status_code == 400


def test_a_filter_on_the_partition_key_is_a_scope(filled: ContainerProxy) -> None:
    found: list[Any] = list(filled.query_items("SELECT VALUE c.id FROM c WHERE c.tenantId = 't1' AND c.id = 'm1'"))
    assert found == ["m1"]


def test_order_by_offset_limit(filled: ContainerProxy) -> None:
    assert rows(filled, "SELECT VALUE c.n FROM c ORDER BY c.n DESC OFFSET 2 LIMIT 3") == [22, 21, 20]


def test_order_by_across_partitions_leaves_out_items_without_the_property(filled: ContainerProxy) -> None:
    found = everywhere(filled, "SELECT c.n FROM c ORDER BY c.n")
    assert [item["n"] for item in found] == list(range(ITEMS))


def test_order_by_two_properties_needs_a_composite_index(create_container: ContainerFactory) -> None:
    index = [[{"path": "/a", "order": "ascending"}, {"path": "/b", "order": "descending"}]]
    indexed = create_container(indexing_policy={"compositeIndexes": index})
    for number, (a, b) in enumerate([(1, 1), (0, 1), (1, 2), (0, 2)]):
        indexed.create_item({"id": str(number), "tenantId": "tq", "a": a, "b": b})
    assert rows(indexed, "SELECT VALUE c.id FROM c ORDER BY c.a ASC, c.b DESC") == ["3", "1", "2", "0"]
    with pytest.raises(exceptions.CosmosHttpResponseError) as caught:
        rows(indexed, "SELECT VALUE c.id FROM c ORDER BY c.a ASC, c.b ASC")
    assert caught.value.status_code == 400


def test_top(filled: ContainerProxy) -> None:
    assert rows(filled, "SELECT TOP 2 VALUE c.n FROM c ORDER BY c.n") == [0, 1]


@pytest.mark.parametrize(
    ("aggregate", "expected"),
    [("COUNT(1)", ITEMS), ("SUM(c.n)", 300), ("MIN(c.n)", 0), ("MAX(c.n)", 24), ("AVG(c.n)", 12)],
)
def test_aggregates_in_a_partition(filled: ContainerProxy, aggregate: str, expected: int) -> None:
    assert rows(filled, f"SELECT VALUE {aggregate} FROM c") == [expected]


def test_a_count_across_partitions(filled: ContainerProxy) -> None:
    assert everywhere(filled, "SELECT VALUE COUNT(1) FROM c") == [ITEMS + 2]


def test_group_by_in_a_partition(filled: ContainerProxy) -> None:
    found = rows(filled, "SELECT c.tags, COUNT(1) AS total FROM c GROUP BY c.tags")
    assert sorted((item["tags"], item["total"]) for item in found) == [(["x", "y"], 12), (["z"], 13)]


def test_what_the_sdk_cannot_merge_across_partitions_is_refused(filled: ContainerProxy) -> None:
    for query in ("SELECT c.n, COUNT(1) FROM c GROUP BY c.n", "SELECT COUNT(1) AS total FROM c"):
        with pytest.raises(exceptions.CosmosHttpResponseError) as caught:
            everywhere(filled, query)
        assert caught.value.status_code == 400


def test_distinct(filled: ContainerProxy) -> None:
    assert sorted(rows(filled, "SELECT DISTINCT VALUE ARRAY_LENGTH(c.tags) FROM c")) == [1, 2]


def test_join_over_an_array(filled: ContainerProxy) -> None:
    found = rows(filled, "SELECT c.id, t AS tag FROM c JOIN t IN c.tags WHERE c.n < 2")
    assert sorted((item["id"], item["tag"]) for item in found) == [("q00", "z"), ("q01", "x"), ("q01", "y")]


def test_array_contains(filled: ContainerProxy) -> None:
    assert rows(filled, "SELECT VALUE COUNT(1) FROM c WHERE ARRAY_CONTAINS(c.tags, 'z')") == [13]


def test_a_missing_property_is_neither_equal_nor_unequal(filled: ContainerProxy) -> None:
    assert everywhere(filled, "SELECT VALUE c.id FROM c WHERE c.title != 't1'") == ["m1"]
    assert len(everywhere(filled, "SELECT VALUE c.id FROM c WHERE NOT IS_DEFINED(c.title)")) == ITEMS


def test_pages_follow_their_continuation(filled: ContainerProxy) -> None:
    seen: list[str] = []
    token = None
    for expected in (10, 10, 5):
        pages: Any = filled.query_items("SELECT c.id FROM c", partition_key="tq", max_item_count=10).by_page(token)
        page = [item["id"] for item in next(pages)]
        assert len(page) == expected
        seen += page
        token = pages.continuation_token
    assert sorted(seen) == [f"q{number:02}" for number in range(ITEMS)]
    assert not token


def test_ordered_pages_follow_their_continuation(filled: ContainerProxy) -> None:
    query = "SELECT c.id FROM c ORDER BY c.n DESC"
    pages: Any = filled.query_items(query, partition_key="tq", max_item_count=10).by_page()
    assert [item["id"] for item in next(pages)][-1] == "q15"
    resumed = filled.query_items(query, partition_key="tq", max_item_count=10).by_page(pages.continuation_token)
    assert next(next(resumed))["id"] == "q14"


def test_a_page_goes_on_behind_items_that_were_deleted_meanwhile(filled: ContainerProxy) -> None:
    pages: Any = filled.query_items("SELECT * FROM c ORDER BY c.n", partition_key="tq", max_item_count=10).by_page()
    for item in next(pages):
        filled.delete_item(item["id"], "tq")
    assert next(next(pages))["id"] == "q10"


def test_a_foreign_continuation_is_refused(filled: ContainerProxy) -> None:
    with pytest.raises(exceptions.CosmosHttpResponseError) as caught:
        next(filled.query_items("SELECT * FROM c", partition_key="tq").by_page("forged"))
    assert caught.value.status_code == 400


@pytest.mark.parametrize(
    "query",
    ["", "SELEC * FROM c", "SELECT * FROM c WHERE", "SELECT * FROM c WHERE nothing.x = 1", "SELECT f(1) FROM c"],
)
def test_a_query_that_is_none_is_a_bad_request(filled: ContainerProxy, query: str) -> None:
    with pytest.raises((exceptions.CosmosHttpResponseError, ValueError)) as caught:
        rows(filled, query or " ")
    assert getattr(caught.value, "status_code", 400) == 400
