"""The audit log: every administrative act is in it, once, by ids, and only for the tenant that it is of."""

from typing import Any

import pytest

from function_app.audit.documents import AuditEntry
from function_app.audit.trail import NOT_ADMINISTRATIVE, WITH_ITS_BATCH
from function_app.errors import StoreUnavailableError
from function_app.openapi import document
from function_app.stores.audit import AuditStore
from function_app.tenants.callers import Actor, ActorKind
from local_azure.cosmos import Fault

from .estate import OPERATIONS, TENANTS, Estate
from .support import FakeNode, Platform, bearer

LOG = "/tenants/me/auditLog"
KEYS = "/tenants/me/apiKeys"


async def log(platform: Platform, query: str = "") -> list[dict[str, Any]]:
    answer = await platform.call("GET", LOG + query)
    assert answer.status_code == 200, answer.text
    return list(answer.json()["value"])


async def actions(platform: Platform, query: str = "") -> list[str]:
    return [entry["action"] for entry in await log(platform, query)]


async def test_acts_are_listed_newest_first_with_who_and_what(platform: Platform) -> None:
    [key] = (await platform.call("GET", KEYS)).json()["value"]
    await platform.call("PATCH", "/tenants/me", json={"name": "Contoso"})
    made = (await platform.call("POST", KEYS, json={})).json()
    await platform.put_meeting("weekly", "Salaries of Ann and Bob")
    entries = await log(platform)
    assert [entry["action"] for entry in entries] == ["putMeeting", "createApiKey", "patchTenant"]
    assert [entry["target"] for entry in entries] == [{"meeting": "weekly"}, {"apiKey": made["id"]}, {}]
    assert {entry["actor"]["id"] for entry in entries} == {key["id"]}
    assert "Salaries" not in str(entries)


async def test_reading_coming_in_and_failing_are_no_acts(platform: Platform, node: FakeNode) -> None:
    await platform.join("ann")
    await platform.call("GET", "/meetings")
    await platform.call("PATCH", "/meetings/none-such", json={"title": "x"})
    await platform.call("PATCH", "/tenants/me", json={"name": ""})
    assert await log(platform) == []


async def test_moderators_are_named_by_their_participant(platform: Platform, node: FakeNode) -> None:
    host = await platform.join("hilda", role="host")
    ann = await platform.join("ann")
    session = host["session"]["id"]
    for act in (
        f"/sessions/{session}/participants:muteAll",
        f"/sessions/{session}/participants/{ann['participant']['id']}:remove",
    ):
        assert (await platform.http.post(act, headers=bearer(host["token"]))).status_code == 204
    locked = await platform.http.post("/meetings/demo:lock", headers=bearer(host["token"]))
    assert locked.status_code == 200, locked.text
    entries = await log(platform, f"?actor={host['participant']['id']}")
    assert [entry["action"] for entry in entries] == ["lockMeeting", "removeParticipant", "muteAll"]
    assert {entry["actor"]["kind"] for entry in entries} == {"participant"}


async def test_a_change_that_changes_nothing_is_no_act(platform: Platform) -> None:
    for _ in range(2):
        await platform.call("PATCH", "/tenants/me", json={"name": "Contoso"})
    assert await actions(platform) == ["patchTenant"]


async def test_the_log_is_filtered_by_time_actor_and_action(platform: Platform) -> None:
    await platform.put_meeting("weekly")
    made = (await platform.call("POST", KEYS, json={})).json()
    await platform.http.delete("/meetings/weekly", headers=bearer(made["key"]))
    entries = await log(platform)
    middle = entries[1]["occurredOn"]
    assert await actions(platform, f"?actor={made['id']}") == ["deleteMeeting"]
    assert await actions(platform, "?action=createApiKey") == ["createApiKey"]
    assert await actions(platform, f"?since={middle}") == ["deleteMeeting", "createApiKey"]
    assert await actions(platform, f"?until={middle}") == ["putMeeting"]


async def test_pages_go_back_in_time_and_keep_the_filter(platform: Platform) -> None:
    for number in range(5):
        await platform.put_meeting(f"m{number}")
    await platform.call("PATCH", "/tenants/me", json={"name": "Contoso"})
    link: str | None = f"{LOG}?action=putMeeting&maxpagesize=2"
    found = []
    while link:
        page = (await platform.call("GET", link)).json()
        found += [entry["target"]["meeting"] for entry in page["value"]]
        link = page.get("nextLink")
    assert found == ["m4", "m3", "m2", "m1", "m0"]


async def test_a_link_is_of_one_filter(platform: Platform) -> None:
    for number in range(3):
        await platform.put_meeting(f"m{number}")
    link = (await platform.call("GET", f"{LOG}?action=putMeeting&maxpagesize=1")).json()["nextLink"]
    assert (await platform.call("GET", link.replace("putMeeting", "createApiKey"))).status_code == 400


async def test_another_tenants_log_is_another(platform: Platform, other_tenant: dict[str, str]) -> None:
    await platform.put_meeting("weekly")
    assert (await platform.http.get(LOG, headers=other_tenant)).json()["value"] == []


async def test_an_act_that_cannot_be_written_down_is_not_done(platform: Platform) -> None:
    """The meeting is in the container `meetings`; the log is in another, which is away."""
    await platform.call("GET", "/meetings")
    await platform.store.container("tenants").read(platform.tenant, platform.tenant)
    client = await platform.store.client()
    await client.get_database_client("parley").delete_container("tenants")
    answer = await platform.put_meeting("weekly")
    assert answer.status_code == 503
    assert answer.headers["x-ms-request-id"]
    assert (await platform.call("GET", "/meetings/weekly")).status_code == 404


async def test_no_operation_of_a_tenant_does_what_cannot_be_written_down(
    estate: Estate, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(log: AuditStore, entry: AuditEntry) -> None:
        raise StoreUnavailableError

    monkeypatch.setattr(AuditStore, "add", away)
    before = await estate.documents()
    exceptions = NOT_ADMINISTRATIVE | WITH_ITS_BATCH
    acts = [one for one in OPERATIONS if one.method != "GET" and one.security & TENANTS and one.id not in exceptions]
    assert len(acts) > 20
    for operation in acts:
        answer = await estate.ask(operation, estate.platform.key_header)
        assert answer.status_code == 503, f"{operation.id}: {answer.status_code} {answer.text}"
    assert await estate.documents() == before


async def test_an_act_is_in_the_log_before_anything_is_done(platform: Platform) -> None:
    """So nothing is done unseen, even if the process dies at that moment."""
    await platform.call("GET", "/meetings")
    platform.cosmos.inject_fault(Fault(status=503, count=100, match="POST /dbs/parley/colls/meetings/docs"))
    assert (await platform.put_meeting("weekly")).status_code == 503
    assert await actions(platform) == ["putMeeting"]
    platform.cosmos.clear_faults()
    assert (await platform.call("GET", "/meetings/weekly")).status_code == 404


async def test_what_grows_with_every_act_goes_after_a_while_and_what_the_tenant_needs_stays(
    platform: Platform,
) -> None:
    await platform.put_meeting("weekly")
    await platform.call("POST", "/users/ann:erase")
    container = platform.store.container("tenants")
    begun = await container.query(platform.tenant, "SELECT c.type, c.ttl FROM c WHERE c.type = 'operation'")
    await platform.services.operations.run_due()
    kept = await container.query(platform.tenant, "SELECT c.type, c.ttl FROM c WHERE c.type != 'keyUse'")
    days = {row["type"]: row.get("ttl", 0) / 86_400 for row in kept}
    assert days == {"tenant": 0, "auditEntry": 400, "operation": 30}
    assert begun == [{"type": "operation", "ttl": -1}]
    client = await platform.store.client()
    properties = await client.get_database_client("parley").get_container_client("tenants").read()
    assert properties["defaultTtl"] == -1, "or Cosmos DB would not heed a document's own"


def test_the_exceptions_are_operations() -> None:
    text = document()
    for operation in NOT_ADMINISTRATIVE | WITH_ITS_BATCH:
        assert f'"{operation}"' in text


async def test_a_moment_that_utc_does_not_have_is_refused(platform: Platform) -> None:
    for query in ({"since": "0001-01-01T00:00:00+14:00"}, {"until": "9999-12-31T23:59:59-12:00"}):
        answer = await platform.call("GET", LOG, params=query)
        assert (answer.status_code, answer.json()["error"]["target"]) == (400, *query)


async def test_an_entry_is_taken_back_however_often_that_is_asked(platform: Platform) -> None:
    actor = Actor(kind=ActorKind.API_KEY, id="key_1")
    entry = AuditEntry.new(platform.tenant, actor, "putMeeting", {}, platform.clock())
    await platform.services.audit.add(entry)
    for _ in range(2):
        await platform.services.audit.take_back(entry)
    assert await log(platform) == []
