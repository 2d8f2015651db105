"""API keys as a tenant's administrators handle them, and the tenant itself."""

import asyncio
from typing import Any

import pytest

from function_app.stores.tenants import TenantStore
from function_app.tenants.last_use import LastUse
from parley_protocol.ids import new_id

from .support import Platform, bearer, eventually

KEYS = "/tenants/me/apiKeys"


async def create(platform: Platform, **content: Any) -> dict[str, Any]:
    answer = await platform.call("POST", KEYS, json=content)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def listed(platform: Platform, key: str | None = None) -> list[dict[str, Any]]:
    answer = await platform.http.get(KEYS, headers=bearer(key or platform.api_key))
    assert answer.status_code == 200, answer.text
    return list(answer.json()["value"])


async def works(platform: Platform, key: str) -> bool:
    return (await platform.http.get("/meetings", headers=bearer(key))).status_code == 200


def code(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]["code"]


async def test_a_key_is_shown_once_and_later_only_its_beginning(platform: Platform) -> None:
    made = await create(platform, name="Booking", role="meetings")
    assert await works(platform, made["key"])
    [_, second] = await listed(platform)
    assert made["key"].startswith(second["prefix"])
    assert len(second["prefix"]) < len(made["key"]) / 2
    assert (second["id"], second["name"], second["role"]) == (made["id"], "Booking", "meetings")
    assert "key" not in second


async def test_a_third_live_key_is_refused(platform: Platform) -> None:
    await create(platform)
    assert code(await platform.call("POST", KEYS, json={})) == (409, "TooManyApiKeys")


async def test_ten_at_once_make_one_key(platform: Platform) -> None:
    answers = await asyncio.gather(*(platform.call("POST", KEYS, json={}) for _ in range(10)))
    assert [answer.status_code for answer in answers].count(201) == 1
    assert len(await listed(platform)) == 2


async def test_a_rotated_key_is_dead_and_its_successor_lives(platform: Platform) -> None:
    made = await create(platform, name="Booking")
    answer = await platform.call("POST", f"{KEYS}/{made['id']}:rotate")
    assert answer.status_code == 200
    assert answer.json()["name"] == "Booking"
    assert await works(platform, answer.json()["key"])
    assert not await works(platform, made["key"])


async def test_a_former_key_lives_for_as_long_as_it_is_kept(platform: Platform) -> None:
    [first] = await listed(platform)
    answer = await platform.call("POST", f"{KEYS}/{first['id']}:rotate", json={"keepFormerSeconds": 60})
    assert await works(platform, platform.api_key)
    platform.clock.advance(61)
    assert not await works(platform, platform.api_key)
    [left] = await listed(platform, answer.json()["key"])
    assert left["id"] == answer.json()["id"]


async def test_there_is_no_room_to_keep_a_former_key_beside_two(platform: Platform) -> None:
    made = await create(platform)
    answer = await platform.call("POST", f"{KEYS}/{made['id']}:rotate", json={"keepFormerSeconds": 60})
    assert code(answer) == (409, "TooManyApiKeys")
    assert await works(platform, made["key"])


async def test_a_key_that_is_not_there_cannot_be_rotated(platform: Platform, other_tenant: dict[str, str]) -> None:
    [others] = (await platform.http.get(KEYS, headers=other_tenant)).json()["value"]
    for key in (others["id"], new_id("key")):
        assert code(await platform.call("POST", f"{KEYS}/{key}:rotate")) == (404, "ApiKeyNotFound")


async def test_a_revoked_key_is_dead_at_once(platform: Platform) -> None:
    made = await create(platform)
    assert await works(platform, made["key"])
    for _ in range(2):
        assert (await platform.call("DELETE", f"{KEYS}/{made['id']}")).status_code == 204
    assert not await works(platform, made["key"])
    assert len(await listed(platform)) == 1


async def test_another_tenants_key_is_not_revoked(platform: Platform, other_tenant: dict[str, str]) -> None:
    [others] = (await platform.http.get(KEYS, headers=other_tenant)).json()["value"]
    assert (await platform.call("DELETE", f"{KEYS}/{others['id']}")).status_code == 204
    assert (await platform.http.get(KEYS, headers=other_tenant)).status_code == 200


async def test_a_tenant_keeps_an_administrator(platform: Platform) -> None:
    await create(platform, role="meetings")
    [first, _] = await listed(platform)
    assert code(await platform.call("DELETE", f"{KEYS}/{first['id']}")) == (409, "LastApiKey")


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/tenants/me"), ("GET", KEYS), ("POST", KEYS), ("GET", "/webhooks"), ("GET", "/tenants/me/auditLog")],
)
async def test_a_key_for_meetings_administers_nothing(platform: Platform, method: str, path: str) -> None:
    made = await create(platform, role="meetings")
    answer = await platform.http.request(method, path, headers=bearer(made["key"]), json={"role": "admin"})
    assert code(answer) == (403, "NotAllowed")


async def test_the_last_use_of_a_key_is_known_to_the_minute(platform: Platform) -> None:
    made = await create(platform)
    assert "lastUsedOn" not in (await listed(platform))[1]
    await works(platform, made["key"])

    async def used() -> str | None:
        found: str | None = (await listed(platform))[1].get("lastUsedOn")
        return found

    async def is_noted() -> bool:
        return await used() is not None

    await eventually(is_noted)
    first = await used()
    platform.cosmos_server.requests.clear()
    for _ in range(3):
        await works(platform, made["key"])
    assert "POST /dbs/parley/colls/tenants/docs" not in platform.cosmos_server.requests
    assert await used() == first
    platform.clock.advance(61)
    await works(platform, made["key"])

    async def is_later() -> bool:
        return (await used() or "") > (first or "")

    await eventually(is_later)


async def test_a_use_that_cannot_be_noted_is_let_go(platform: Platform) -> None:
    last_use = LastUse(TenantStore(platform.store.container("tenants")), platform.clock)
    [key] = await listed(platform)
    await platform.cosmos_server.stop()
    last_use.note(platform.tenant, key["id"])
    await last_use.settled()


async def test_a_tenant_changes_what_it_names_and_nothing_else(platform: Platform) -> None:
    before = await platform.call("GET", "/tenants/me")
    assert before.json()["defaultMediaProvider"] == "sfu"
    change = {"regions": ["westeurope"], "brandingName": "Contoso Meet"}
    changed = await platform.call("PATCH", "/tenants/me", json=change)
    assert changed.status_code == 200
    after = (await platform.call("GET", "/tenants/me")).json()
    assert {**before.json(), **change, "etag": after["etag"], "updatedOn": after["updatedOn"]} == after
    taken_back = await platform.call("PATCH", "/tenants/me", json={"regions": None})
    assert "regions" not in taken_back.json()
    assert taken_back.json()["brandingName"] == "Contoso Meet"


async def test_a_tenant_is_changed_only_in_the_version_that_the_caller_knows(platform: Platform) -> None:
    etag = (await platform.call("GET", "/tenants/me")).headers["ETag"]
    assert (await platform.call("GET", "/tenants/me", headers={"If-None-Match": etag})).status_code == 304
    for expected in (200, 412):
        answer = await platform.call("PATCH", "/tenants/me", json={"name": "Contoso"}, headers={"If-Match": etag})
        assert answer.status_code == expected


@pytest.mark.parametrize(
    "change",
    [{"regions": ["West Europe"]}, {"regions": []}, {"defaultMediaProvider": "zoom"}, {"name": None}, {"x": 1}],
)
async def test_settings_that_are_none_are_refused(platform: Platform, change: dict[str, Any]) -> None:
    assert (await platform.call("PATCH", "/tenants/me", json=change)).status_code == 400


async def test_a_tenant_from_before_these_settings_is_read(platform: Platform) -> None:
    container = platform.store.container("tenants")
    tenant = await TenantStore(container).find(platform.tenant)
    assert tenant
    assert tenant.etag
    old = {name: tenant.body()[name] for name in ("id", "tenantId", "type", "name", "createdOn")}
    old["keys"] = [{"digest": tenant.keys[0].digest, "createdOn": old["createdOn"]}]
    await container.replace(old, tenant.etag)
    platform.services.authentication.forget(platform.tenant)
    assert (await platform.call("GET", "/tenants/me")).json()["defaultMediaProvider"] == "sfu"
    [key] = await listed(platform)
    assert (key["prefix"], key["role"]) == ("parley_", "admin")
