"""Deleting meetings: bringing them back, and what is left of them after the retention time."""

from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest

from function_app.errors import StoreUnavailableError
from function_app.stores.cosmos import Container

from .support import FakeNode, Platform

DAY = 24 * 3600.0


async def restore(platform: Platform, meeting: str = "demo", **headers: str) -> httpx.Response:
    return await platform.call("POST", f"/meetings/{meeting}:restore", headers=headers)


async def everything(platform: Platform, meeting: str = "demo") -> list[dict[str, Any]]:
    """All that the meeting's partition holds."""
    container = platform.store.container("meetings")
    rows: list[dict[str, Any]] = await container.query((platform.tenant, meeting), "SELECT * FROM c")
    return rows


async def used_and_deleted(platform: Platform) -> None:
    ann = await platform.join("ann")
    await platform.leave(ann)
    await platform.call("POST", "/meetings/demo:end")
    await platform.call("DELETE", "/meetings/demo")


async def test_a_deleted_meeting_is_shown_only_to_those_who_ask_for_such(platform: Platform) -> None:
    await platform.put_meeting("weekly")
    await platform.call("DELETE", "/meetings/weekly")
    assert (await platform.call("GET", "/meetings/weekly")).status_code == 404
    shown = (await platform.call("GET", "/meetings/weekly?includeDeleted=true")).json()
    kept = datetime.fromisoformat(shown["purgeOn"]) - datetime.fromisoformat(shown["deletedOn"])
    assert kept == timedelta(days=30)
    ids = {}
    for deleted in ("true", "false"):
        listed = (await platform.call("GET", f"/meetings?includeDeleted={deleted}&maxpagesize=1")).json()
        rest = (await platform.call("GET", listed["nextLink"])).json() if "nextLink" in listed else {"value": []}
        ids[deleted] = {one["id"] for one in listed["value"] + rest["value"]}
    assert ids == {"true": {"demo", "weekly"}, "false": {"demo"}}


async def test_a_restored_meeting_is_as_it_was_and_everybody_is_told(platform: Platform, node: FakeNode) -> None:
    before = (await platform.call("GET", "/meetings/demo")).json()
    ann = await platform.join("ann")
    await platform.call("DELETE", "/meetings/demo")
    assert (await platform.try_join(ann["token"])).status_code == 404
    stale = await restore(platform, **{"If-Match": before["etag"]})
    assert stale.status_code == 412
    for _ in range(2):
        restored = await restore(platform)
        assert restored.status_code == 200
    same = {"id", "title", "settings", "createdOn"}
    assert {name: restored.json()[name] for name in same} == {name: before[name] for name in same}
    assert "deletedOn" not in restored.json()
    kinds = [event["kind"] for event in await platform.documents("event")]
    assert [kind for kind in kinds if kind.startswith("meeting.")] == [
        "meeting.created",
        "meeting.deleted",
        "meeting.restored",
    ]
    assert (await platform.try_join(ann["token"])).status_code == 200


async def test_nobody_else_restores_a_meeting(platform: Platform, other_tenant: dict[str, str]) -> None:
    await platform.call("DELETE", "/meetings/demo")
    assert (await platform.http.post("/meetings/demo:restore", headers=other_tenant)).status_code == 404
    assert (await restore(platform, "nowhere")).status_code == 404


async def test_after_the_retention_time_only_a_mark_is_left(platform: Platform, node: FakeNode) -> None:
    await used_and_deleted(platform)
    numbered = len(await platform.documents("event"))
    platform.clock.advance(30 * DAY - 60)
    await platform.services.retention.run()
    assert len(await platform.documents("session")) == 1
    platform.clock.advance(120)
    assert (await restore(platform)).status_code == 404
    await platform.services.retention.run()
    assert len(await platform.documents("session")) == 1, "another instance's clock may be behind, and restore it"
    platform.clock.advance(300)
    await platform.services.retention.run()
    [mark] = await everything(platform)
    assert (mark["id"], mark["title"], mark["eventSequence"]) == ("meeting", "", numbered)
    assert (await platform.call("GET", "/meetings/demo?includeDeleted=true")).status_code == 404
    await platform.put_meeting("demo")
    assert [event["sequence"] for event in await platform.documents("event")] == [numbered + 1]


async def test_a_purge_that_was_cut_off_goes_on_in_the_next_round(
    platform: Platform, node: FakeNode, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("function_app.stores.retention._AT_ONCE", 2)
    await used_and_deleted(platform)
    platform.clock.advance(31 * DAY)
    batch, left = Container.batch, len(await everything(platform))

    async def fails_after_the_first(self: Container, *call: Any) -> Any:
        await batch(self, *call)
        raise StoreUnavailableError

    with monkeypatch.context() as outage:
        outage.setattr(Container, "batch", fails_after_the_first)
        await platform.services.retention.run()
    assert len(await everything(platform)) == left - 1
    await platform.services.retention.run()
    assert [document["id"] for document in await everything(platform)] == ["meeting"]


@pytest.mark.parametrize("step", ["c.type = 'session'", "c.id !="])
async def test_a_meeting_that_is_made_anew_during_a_purge_loses_nothing(
    platform: Platform, node: FakeNode, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    await used_and_deleted(platform)
    platform.clock.advance(31 * DAY)
    query = Container.query
    asked: list[str] = []

    async def made_anew_meanwhile(self: Container, partition: Any, sql: str, **parameters: Any) -> Any:
        rows = await query(self, partition, sql, **parameters)
        if step in sql and not asked:
            asked.append(sql)
            await platform.put_meeting("demo", "Anew")
        return rows

    monkeypatch.setattr(Container, "query", made_anew_meanwhile)
    await platform.services.retention.run()
    assert asked
    assert (await platform.call("GET", "/meetings/demo")).json()["title"] == "Anew"
    assert len(await platform.documents("participant")) == 1
