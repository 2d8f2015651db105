"""API keys, and that one tenant's things do not exist for another."""

import pytest

from function_app.stores.tenants import TenantStore
from function_app.tenants.api_keys import ApiKey
from function_app.tenants.documents import StoredKey
from function_app.timestamps import utc_now
from parley_protocol.ids import new_id

from .support import PEPPER, FakeNode, Platform, bearer


async def test_the_key_may_be_in_either_header(platform: Platform) -> None:
    for headers in (platform.key_header, {"x-api-key": platform.api_key}):
        assert (await platform.http.get("/meetings", headers=headers)).status_code == 200


@pytest.mark.parametrize(
    "change", [lambda key: key[:-1] + "!", lambda key: key + "x", lambda _: "parley_x", lambda _: ""]
)
async def test_a_wrong_key_is_refused(platform: Platform, change: object) -> None:
    assert callable(change)
    answer = await platform.http.get("/meetings", headers={"x-api-key": change(platform.api_key)})
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert answer.json()["error"]["code"] == "Unauthorized"


async def test_without_a_key_nothing_is_shown(platform: Platform) -> None:
    assert (await platform.http.get("/meetings")).status_code == 401


async def test_a_tenant_that_does_not_exist_is_refused(platform: Platform) -> None:
    key = ApiKey.generate(new_id("ten"), PEPPER.encode())
    assert (await platform.http.get("/meetings", headers=bearer(key.text))).status_code == 401


async def test_a_made_up_key_costs_no_look_into_the_database(platform: Platform) -> None:
    platform.cosmos_server.requests.clear()
    key = ApiKey.generate(new_id("ten"), b"a guess")
    assert (await platform.http.get("/meetings", headers=bearer(key.text))).status_code == 401
    assert platform.cosmos_server.requests == []


async def test_both_live_keys_work(platform: Platform) -> None:
    tenants = TenantStore(platform.store.container("tenants"))
    tenant = await tenants.find(platform.tenant)
    assert tenant
    second = ApiKey.generate(platform.tenant, PEPPER.encode())
    stored = StoredKey.of(second, PEPPER.encode(), utc_now())
    await tenants.replace(tenant.model_copy(update={"keys": (*tenant.keys, stored)}))
    for key in (platform.api_key, second.text):
        assert (await platform.http.get("/meetings", headers=bearer(key))).status_code == 200


async def test_the_key_itself_is_not_kept(platform: Platform) -> None:
    rows = await platform.store.container("tenants").query(platform.tenant, "SELECT * FROM c")
    assert platform.api_key not in str(rows)


@pytest.mark.parametrize("method", ["GET", "PATCH", "POST"])
async def test_another_tenants_meeting_does_not_exist(
    platform: Platform, other_tenant: dict[str, str], method: str
) -> None:
    path = "/meetings/demo:issueToken" if method == "POST" else "/meetings/demo"
    bodies = {"PATCH": {"title": "mine now"}, "POST": {"participant": "eve", "name": "Eve"}}
    answer = await platform.http.request(method, path, json=bodies.get(method), headers=other_tenant)
    assert answer.status_code == 404
    assert answer.json()["error"]["code"] == "MeetingNotFound"


async def test_another_tenant_may_use_the_same_id(platform: Platform, other_tenant: dict[str, str]) -> None:
    put = await platform.http.put("/meetings/demo", json={"title": "Theirs"}, headers=other_tenant)
    assert put.status_code == 201
    assert (await platform.call("GET", "/meetings/demo")).json()["title"] == "Demo meeting"
    deleted = await platform.http.delete("/meetings/demo", headers=other_tenant)
    assert deleted.status_code == 204
    assert (await platform.call("GET", "/meetings/demo")).status_code == 200


async def test_another_tenants_list_and_its_links_are_apart(platform: Platform, other_tenant: dict[str, str]) -> None:
    await platform.put_meeting("weekly")
    listed = (await platform.http.get("/meetings", headers=other_tenant)).json()
    assert listed["value"] == []
    link = (await platform.call("GET", "/meetings?maxpagesize=1")).json()["nextLink"]
    assert (await platform.http.get(link, headers=other_tenant)).status_code == 400


async def test_another_tenants_chat_does_not_exist(
    platform: Platform, node: FakeNode, other_tenant: dict[str, str]
) -> None:
    answer = await platform.http.get("/meetings/demo/messages", headers=other_tenant)
    assert answer.status_code == 404
