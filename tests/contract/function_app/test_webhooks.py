"""`/webhooks`: create, read, change, delete, list, and secrets."""

import asyncio
from typing import Any

import httpx
import pytest

from function_app.webhooks.documents import MAXIMUM_WEBHOOKS

from .support import Platform

URL = "https://example.com/events"


async def put(platform: Platform, webhook: str = "crm", **content: Any) -> httpx.Response:
    return await platform.call("PUT", f"/webhooks/{webhook}", json={"url": URL, **content})


def code(answer: httpx.Response) -> str:
    return str(answer.json()["error"]["code"])


async def test_put_creates_with_a_secret_and_then_replaces_without_showing_it(platform: Platform) -> None:
    created = await put(platform)
    assert created.status_code == 201
    body = created.json()
    assert body["secret"].startswith("whsec_")
    assert (body["id"], body["url"], body["ordering"], body["enabled"]) == ("crm", URL, "perMeeting", True)
    assert "eventTypes" not in body
    replaced = await put(platform, eventTypes=["session.ended"], ordering="none", enabled=False)
    assert replaced.status_code == 200
    shown = replaced.json()
    assert "secret" not in shown
    assert (shown["eventTypes"], shown["ordering"]) == (["session.ended"], "none")
    assert (shown["enabled"], shown["disabledReason"]) == (False, "byTenant")
    assert shown["createdOn"] == body["createdOn"]
    assert replaced.headers["ETag"] == shown["etag"] != body["etag"]


async def test_get_and_list_show_what_was_put_without_the_secret(platform: Platform) -> None:
    assert (await platform.call("GET", "/webhooks")).json() == {"value": []}
    body = (await put(platform)).json()
    del body["secret"]
    assert (await platform.call("GET", "/webhooks/crm")).json() == body
    assert (await platform.call("GET", "/webhooks")).json() == {"value": [body]}


async def test_patch_changes_only_what_it_names(platform: Platform) -> None:
    await put(platform, eventTypes=["session.ended"])
    changed = (await platform.call("PATCH", "/webhooks/crm", json={"enabled": False})).json()
    assert (changed["enabled"], changed["eventTypes"]) == (False, ["session.ended"])
    changed = (await platform.call("PATCH", "/webhooks/crm", json={"eventTypes": None})).json()
    assert "eventTypes" not in changed
    assert changed["enabled"] is False
    same = await platform.call("PATCH", "/webhooks/crm", json={})
    assert same.json() == changed


async def test_conditions_are_checked_against_the_etag(platform: Platform) -> None:
    etag = (await put(platform)).headers["ETag"]
    await put(platform)
    for method, path, body in (
        ("PUT", "/webhooks/crm", {"url": URL}),
        ("PATCH", "/webhooks/crm", {"enabled": False}),
        ("DELETE", "/webhooks/crm", None),
    ):
        answer = await platform.call(method, path, json=body, headers={"If-Match": etag})
        assert answer.status_code == 412
    only_new = await platform.call("PUT", "/webhooks/crm", json={"url": URL}, headers={"If-None-Match": "*"})
    assert only_new.status_code == 412
    now = (await platform.call("GET", "/webhooks/crm")).headers["ETag"]
    unchanged = await platform.call("GET", "/webhooks/crm", headers={"If-None-Match": now})
    assert unchanged.status_code == 304


async def test_delete_is_204_whether_or_not_there_is_a_webhook(platform: Platform) -> None:
    await put(platform)
    for _ in range(2):
        assert (await platform.call("DELETE", "/webhooks/crm")).status_code == 204
    answer = await platform.call("GET", "/webhooks/crm")
    assert (answer.status_code, code(answer)) == (404, "WebhookNotFound")


@pytest.mark.parametrize(
    ("content", "target"),
    [
        ({"url": "http://example.com"}, "/url"),
        ({"url": "https://127.0.0.1/"}, "/url"),
        ({"url": "https://169.254.169.254/"}, "/url"),
        ({"url": ""}, "/url"),
        ({"url": "https://example.com/" + "a" * 2048}, "/url"),
        ({"eventTypes": []}, "/eventTypes"),
        ({"eventTypes": ["meeting.vanished"]}, "/eventTypes/0"),
        ({"ordering": "random"}, "/ordering"),
        ({"colour": "red"}, "/colour"),
    ],
)
async def test_content_that_is_wrong_is_refused_by_name(
    platform: Platform, content: dict[str, Any], target: str
) -> None:
    answer = await put(platform, **content)
    assert answer.status_code == 400
    assert target in [detail["target"] for detail in answer.json()["error"]["details"]]
    assert (await put(platform)).status_code == 201
    patched = await platform.call("PATCH", "/webhooks/crm", json=content)
    assert patched.status_code == 400
    assert target in [detail["target"] for detail in patched.json()["error"]["details"]]


async def test_a_tenant_has_so_many_webhooks_and_no_more(platform: Platform) -> None:
    for number in range(MAXIMUM_WEBHOOKS):
        assert (await put(platform, f"hook-{number}")).status_code == 201
    one_more = await put(platform, "one-more")
    assert (one_more.status_code, code(one_more)) == (409, "TooManyWebhooks")
    assert (await put(platform, "hook-0")).status_code == 200


async def test_a_rotated_secret_is_shown_once_and_the_former_lives_on_for_as_long_as_asked(platform: Platform) -> None:
    first = (await put(platform)).json()["secret"]
    answer = await platform.call("POST", "/webhooks/crm:rotateSecret", json={"keepFormerSeconds": 3600})
    assert answer.status_code == 200
    assert answer.json()["secret"].startswith("whsec_")
    assert answer.json()["secret"] != first
    assert answer.json()["formerExpiresOn"]
    too_long = await platform.call("POST", "/webhooks/crm:rotateSecret", json={"keepFormerSeconds": 10**7})
    assert too_long.status_code == 400
    assert (await platform.call("POST", "/webhooks/crm:rotateSecret")).status_code == 200


async def test_no_secret_is_in_the_database(platform: Platform) -> None:
    secret = (await put(platform)).json()["secret"]
    rows = await platform.store.container("tenants").query(platform.tenant, "SELECT * FROM c")
    assert secret not in str(rows)
    assert secret.removeprefix("whsec_") not in str(rows)


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "/webhooks/crm", None),
        ("PATCH", "/webhooks/crm", {"enabled": False}),
        ("POST", "/webhooks/crm:rotateSecret", {}),
        ("POST", "/webhooks/crm:test", None),
        ("POST", "/webhooks/crm:replay", {"meeting": "demo", "fromSequence": 1}),
        ("GET", "/webhooks/crm/deliveries", None),
        ("POST", "/webhooks/crm/deliveries/dlv_01JZ0000000000000000000000:redeliver", None),
    ],
)
async def test_another_tenants_webhook_is_not_there(
    platform: Platform, other_tenant: dict[str, str], method: str, path: str, body: dict[str, Any] | None
) -> None:
    await put(platform)
    answer = await platform.http.request(method, path, json=body, headers=other_tenant)
    assert (answer.status_code, code(answer)) == (404, "WebhookNotFound")
    assert (await platform.http.request(method, path, json=body)).status_code == 401


async def test_webhooks_made_at_once_are_all_kept(platform: Platform) -> None:
    answers = await asyncio.gather(*(put(platform, f"hook-{number}") for number in range(4)))
    assert {answer.status_code for answer in answers} == {201}
    assert len((await platform.call("GET", "/webhooks")).json()["value"]) == 4
