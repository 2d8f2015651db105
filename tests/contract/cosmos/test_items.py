"""Single documents: create, read, replace, upsert, delete, and the entity tags that guard them."""

from __future__ import annotations

import pytest
from azure.core import MatchConditions
from azure.cosmos import ContainerProxy, exceptions

NOT_MODIFIED = MatchConditions.IfNotModified


def status_of(caught: pytest.ExceptionInfo[exceptions.CosmosHttpResponseError]) -> int | None:
    return caught.value.status_code


def test_a_created_item_carries_the_system_properties(container: ContainerProxy) -> None:
    item = container.create_item({"id": "m1", "tenantId": "t1", "title": "Standup", "n": 1})
    assert {"_rid", "_self", "_etag", "_ts", "_attachments"} <= item.keys()
    assert item["title"] == "Standup"


def test_a_read_gives_what_was_written(container: ContainerProxy) -> None:
    body = {"id": "m1", "tenantId": "t1", "text": "é\u2028😀", "deep": {"list": [1, 2.5, None, True, {}]}, "big": 1e300}
    container.create_item(body)
    read = container.read_item("m1", "t1")
    assert {name: read[name] for name in body} == body


def test_an_answer_names_its_range_so_that_the_sdk_need_not_ask_for_ranges_again(container: ContainerProxy) -> None:
    container.create_item({"id": "m1", "tenantId": "t1"})
    container.read_item("m1", "t1")
    headers = container.client_connection.last_response_headers
    assert headers["x-ms-documentdb-partitionkeyrangeid"] == "0"


def test_an_id_is_taken_only_once_in_a_partition(container: ContainerProxy) -> None:
    container.create_item({"id": "m1", "tenantId": "t1"})
    with pytest.raises(exceptions.CosmosResourceExistsError):
        container.create_item({"id": "m1", "tenantId": "t1"})


def test_the_same_id_lives_in_two_partitions(container: ContainerProxy) -> None:
    container.create_item({"id": "m1", "tenantId": "t1", "title": "one"})
    container.create_item({"id": "m1", "tenantId": "t2", "title": "two"})
    assert container.read_item("m1", "t1")["title"] == "one"
    assert container.read_item("m1", "t2")["title"] == "two"


def test_an_item_is_not_found_in_another_partition(container: ContainerProxy) -> None:
    container.create_item({"id": "m1", "tenantId": "t1"})
    for operation in (container.read_item, container.delete_item):
        with pytest.raises(exceptions.CosmosResourceNotFoundError):
            operation("m1", "t9")
    assert container.read_item("m1", "t1")["id"] == "m1"


def test_a_missing_item_is_not_found(container: ContainerProxy) -> None:
    with pytest.raises(exceptions.CosmosResourceNotFoundError):
        container.read_item("nobody", "t1")
    with pytest.raises(exceptions.CosmosResourceNotFoundError):
        container.replace_item("nobody", {"id": "nobody", "tenantId": "t1"})
    with pytest.raises(exceptions.CosmosResourceNotFoundError):
        container.delete_item("nobody", "t1")


def test_an_upsert_creates_and_then_replaces(container: ContainerProxy) -> None:
    first = container.upsert_item({"id": "m1", "tenantId": "t1", "title": "a", "old": True})
    second = container.upsert_item({"id": "m1", "tenantId": "t1", "title": "b"})
    read = container.read_item("m1", "t1")
    assert (read["title"], "old" in read) == ("b", False)
    assert first["_rid"] == second["_rid"]
    assert first["_etag"] != second["_etag"]


def test_a_replace_with_the_current_etag_is_made(container: ContainerProxy) -> None:
    item = container.create_item({"id": "m1", "tenantId": "t1", "n": 1})
    body = {"id": "m1", "tenantId": "t1", "n": 2}
    replaced = container.replace_item("m1", body, etag=item["_etag"], match_condition=NOT_MODIFIED)
    assert replaced["n"] == 2


def test_a_stale_etag_stops_every_kind_of_write(container: ContainerProxy) -> None:
    stale = container.create_item({"id": "m1", "tenantId": "t1"})["_etag"]
    container.upsert_item({"id": "m1", "tenantId": "t1", "n": 2})
    guard = {"etag": stale, "match_condition": NOT_MODIFIED}
    body = {"id": "m1", "tenantId": "t1", "n": 3}
    with pytest.raises(exceptions.CosmosAccessConditionFailedError):
        container.replace_item("m1", body, **guard)
    with pytest.raises(exceptions.CosmosAccessConditionFailedError):
        container.upsert_item(body, **guard)
    with pytest.raises(exceptions.CosmosAccessConditionFailedError):
        container.patch_item("m1", "t1", [{"op": "set", "path": "/n", "value": 3}], **guard)
    with pytest.raises(exceptions.CosmosAccessConditionFailedError):
        container.delete_item("m1", "t1", **guard)
    assert container.read_item("m1", "t1")["n"] == 2


def test_a_read_of_an_unchanged_item_says_not_modified(container: ContainerProxy) -> None:
    item = container.create_item({"id": "m1", "tenantId": "t1"})
    statuses = []
    try:
        container.read_item(
            "m1",
            "t1",
            etag=item["_etag"],
            match_condition=MatchConditions.IfModified,
            raw_response_hook=lambda response: statuses.append(response.http_response.status_code),
        )
    except exceptions.CosmosHttpResponseError as error:
        statuses.append(error.status_code)
    assert statuses[-1] == 304
    fresh = container.read_item("m1", "t1", etag='"another"', match_condition=MatchConditions.IfModified)
    assert fresh["id"] == "m1"


def test_a_deleted_item_is_gone_and_its_id_is_free(container: ContainerProxy) -> None:
    container.create_item({"id": "m1", "tenantId": "t1"})
    container.delete_item("m1", "t1")
    with pytest.raises(exceptions.CosmosResourceNotFoundError):
        container.read_item("m1", "t1")
    container.create_item({"id": "m1", "tenantId": "t1"})


@pytest.mark.parametrize(
    "item_id", ["with space", "ünï-😀", "a%2Fb", "a+b&c=d", "x" * 255, "{}[]'\"", "."[:1] + "hidden"]
)
def test_unusual_ids_work(container: ContainerProxy, item_id: str) -> None:
    container.create_item({"id": item_id, "tenantId": "t 1/ü"})
    assert container.read_item(item_id, "t 1/ü")["id"] == item_id
    container.delete_item(item_id, "t 1/ü")


@pytest.mark.parametrize("item_id", ["a/b", "a\\b", "a?b", "a#b", "", 7, None])
def test_ids_that_no_url_carries_are_refused(container: ContainerProxy, item_id: object) -> None:
    with pytest.raises((exceptions.CosmosHttpResponseError, ValueError, TypeError)):
        container.create_item({"id": item_id, "tenantId": "t1"})


def test_the_id_of_an_item_cannot_be_replaced(container: ContainerProxy) -> None:
    container.create_item({"id": "m1", "tenantId": "t1"})
    with pytest.raises(exceptions.CosmosHttpResponseError) as caught:
        container.replace_item("m1", {"id": "m2", "tenantId": "t1"})
    assert status_of(caught) == 400


def test_an_item_over_two_megabytes_is_refused(container: ContainerProxy) -> None:
    with pytest.raises(exceptions.CosmosHttpResponseError) as caught:
        container.create_item({"id": "m1", "tenantId": "t1", "title": "x" * (2 * 1024 * 1024)})
    assert status_of(caught) == 413
    container.create_item({"id": "m1", "tenantId": "t1", "title": "x" * (1024 * 1024)})


def test_a_write_can_be_answered_without_its_body(container: ContainerProxy) -> None:
    answer = container.create_item({"id": "m1", "tenantId": "t1"}, no_response=True)
    assert dict(answer) == {}
    assert container.read_item("m1", "t1")["id"] == "m1"


def test_every_answer_tells_its_charge_and_session(container: ContainerProxy) -> None:
    headers = container.create_item({"id": "m1", "tenantId": "t1"}).get_response_headers()
    assert float(headers["x-ms-request-charge"]) > 0
    assert headers["x-ms-session-token"]
    assert headers["x-ms-activity-id"]
    assert container.read_item("m1", "t1", session_token=headers["x-ms-session-token"])["id"] == "m1"


def test_many_items_are_read_at_once(container: ContainerProxy) -> None:
    for tenant in ("t1", "t2"):
        for number in range(3):
            container.create_item({"id": f"m{number}{tenant}", "tenantId": tenant})
    wanted = [("m1t1", "t1"), ("m2t1", "t1"), ("m0t2", "t2"), ("absent", "t2")]
    assert [item["id"] for item in container.read_items(wanted)] == ["m1t1", "m2t1", "m0t2"]
    assert [item["id"] for item in container.read_items(wanted[:2])] == ["m1t1", "m2t1"]


def test_all_items_are_listed_across_partitions_and_pages(container: ContainerProxy) -> None:
    ids = {f"m{number}" for number in range(25)}
    for number, item_id in enumerate(sorted(ids)):
        container.create_item({"id": item_id, "tenantId": f"t{number % 3}"})
    assert {item["id"] for item in container.read_all_items(max_item_count=10)} == ids
