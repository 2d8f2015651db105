"""Who was there: sessions, their participants, and attendance as JSON and as CSV."""

import csv
import io
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest

from function_app.api.sheets import sheet
from parley_protocol.ids import new_id

from .support import PUBLIC_URL, FakeNode, Platform, bearer

Joined = dict[str, Any]


async def come(platform: Platform, node: FakeNode, user: str, **more: Any) -> Joined:
    joined = await platform.join(user, **more)
    await node.tell("peerConnected", joined)
    return joined


async def listed(platform: Platform, path: str) -> list[dict[str, Any]]:
    """The whole list, by pages of two."""
    rows: list[dict[str, Any]] = []
    following = f"{path}{'&' if '?' in path else '?'}maxpagesize=2"
    while following:
        answer = await platform.call("GET", following)
        assert answer.status_code == 200, answer.text
        assert len(answer.json()["value"]) <= 2
        rows += answer.json()["value"]
        following = answer.json().get("nextLink", "")
    return rows


async def test_sessions_are_listed_newest_first_the_live_one_without_an_end(platform: Platform, node: FakeNode) -> None:
    for _ in range(3):
        live = await platform.join("ann")
        await platform.call("POST", "/meetings/demo:end")
    live = await platform.join("ann")
    sessions = await listed(platform, "/meetings/demo/sessions")
    assert [("endedOn" in one) for one in sessions] == [False, True, True, True]
    assert sessions[0]["id"] == live["session"]["id"]
    times = [one["startedOn"] for one in sessions]
    assert times == sorted(times, reverse=True)


async def test_participants_are_shown_live_and_past_with_why_they_left(platform: Platform, node: FakeNode) -> None:
    ann, ben, cleo = [await come(platform, node, user) for user in ("ann", "ben", "cleo")]
    await platform.join("dora")
    platform.clock.advance(60)
    await node.tell("peerLeft", ann, reason="left")
    path = f"/sessions/{ann['session']['id']}"
    await platform.call("POST", f"{path}/participants/{ben['participant']['id']}:remove")
    live = {one["user"]: one for one in await listed(platform, f"{path}/participants")}
    assert {user: (one["presence"], one.get("leaveReason")) for user, one in live.items()} == {
        "ann": ("left", "left"),
        "ben": ("left", "removed"),
        "cleo": ("connected", None),
        "dora": ("joining", None),
    }
    assert "leftOn" not in live["cleo"]
    assert live["cleo"]["secondsThere"] in (60, 61)
    platform.clock.advance(60)
    await platform.call("POST", "/meetings/demo:end")
    past = {one["user"]: one for one in await listed(platform, f"{path}/participants")}
    assert (past["cleo"]["presence"], past["cleo"]["leaveReason"]) == ("left", "ended")
    stay = datetime.fromisoformat(past["cleo"]["leftOn"]) - datetime.fromisoformat(past["cleo"]["cameOn"])
    assert stay >= timedelta(seconds=120)
    assert cleo["participant"]["id"] == past["cleo"]["id"]


async def test_attendance_counts_the_time_there_over_every_coming_and_going(platform: Platform, node: FakeNode) -> None:
    await platform.join("only-looked-in")
    ann = await come(platform, node, "ann")
    platform.clock.advance(100)
    await node.tell("peerLeft", ann, reason="timedOut")
    platform.clock.advance(1000)
    again = (await platform.try_join(ann["token"])).json()
    await node.tell("peerConnected", again)
    platform.clock.advance(50)
    await node.tell("peerLeft", again, reason="left")
    [row] = await listed(platform, "/meetings/demo/attendance")
    assert row["user"] == "ann"
    assert row["leaveReason"] == "left"
    assert row["secondsThere"] in (150, 151)
    assert (await listed(platform, f"/meetings/demo/attendance?session={new_id('ses')}")) == []


async def test_attendance_comes_as_a_table_page_by_page(platform: Platform, node: FakeNode) -> None:
    for user in ("ann", "ben", "cleo"):
        await come(platform, node, user)
    rows: list[list[str]] = []
    following = "/meetings/demo/attendance.csv?maxpagesize=2"
    while following:
        page: httpx.Response = await platform.call("GET", following)
        assert page.headers["Content-Type"] == "text/csv; charset=utf-8; header=present"
        header, *more = csv.reader(io.StringIO(page.text, newline=""))
        rows += more
        following = page.links.get("next", {}).get("url", "")
        assert following.startswith(PUBLIC_URL) or not following
    assert header[:4] == ["session", "participant", "user", "name"]
    assert [row[2] for row in rows] == ["ann", "ben", "cleo"]


@pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@SUM(A1)", '=HYPERLINK("x")'])
def test_no_name_is_a_formula_and_every_name_comes_back_as_it_was(name: str) -> None:
    quoted = f'O"Neill, {name}'
    text = sheet(("seconds_there", "name"), [{"seconds_there": 1, "name": one} for one in (name, quoted)])
    assert text.count("\r\n") == 3
    assert list(csv.reader(io.StringIO(text, newline=""))) == [
        ["secondsThere", "name"],
        ["1", f"'{name}"],
        ["1", quoted],
    ]


async def test_attendance_is_for_the_tenant_and_for_moderators(
    platform: Platform, node: FakeNode, other_tenant: dict[str, str]
) -> None:
    ann, hilda = await come(platform, node, "ann"), await come(platform, node, "hilda", role="host")
    paths = (
        "/meetings/demo/sessions",
        "/meetings/demo/attendance",
        "/meetings/demo/attendance.csv",
        f"/sessions/{ann['session']['id']}/participants",
    )
    for path in paths:
        statuses = [
            (await platform.http.get(path, headers=headers)).status_code
            for headers in (bearer(hilda["token"]), bearer(ann["token"]), other_tenant)
        ]
        assert statuses == [200, 403, 404], path
