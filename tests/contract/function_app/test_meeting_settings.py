"""Settings of meetings: how they are chosen, and what they do to those who join."""

import asyncio
from typing import Any

import pytest

from .support import FakeNode, Platform, bearer, eventually

DEFAULTS = {
    "lobby": False,
    "locked": False,
    "mayShare": "everyone",
    "mayChat": "everyone",
    "muteOnEntry": False,
    "recordingPolicy": "byHosts",
    "reminderMinutes": 15,
    "regions": [],
}
MERGE_PATCH = {"Content-Type": "application/merge-patch+json"}


async def choose(platform: Platform, **settings: Any) -> None:
    answer = await platform.call("PATCH", "/meetings/demo", json={"settings": settings})
    assert answer.status_code == 200, answer.text


def code(answer: Any) -> str:
    return str(answer.json()["error"]["code"])


async def test_the_answer_to_a_join_tells_what_the_tenant_calls_the_service(platform: Platform, node: FakeNode) -> None:
    assert "brandingName" not in (await platform.join("ann"))["session"]
    answer = await platform.call("PATCH", "/tenants/me", json={"brandingName": "Contoso Meet"})
    assert answer.status_code == 200, answer.text
    assert (await platform.join("ben"))["session"]["brandingName"] == "Contoso Meet"


async def test_a_meeting_has_settings_with_defaults(platform: Platform) -> None:
    assert (await platform.put_meeting("weekly")).json()["settings"] == DEFAULTS


async def test_a_merge_patch_changes_one_setting_and_null_takes_it_away(platform: Platform) -> None:
    body = {"title": "Weekly", "settings": {"maxParticipants": 5, "mayChat": "hosts"}}
    await platform.call("PUT", "/meetings/weekly", json=body)
    patch = '{"settings": {"mayChat": null, "lobby": true}}'
    answer = await platform.call("PATCH", "/meetings/weekly", content=patch, headers=MERGE_PATCH)
    assert answer.json()["settings"] == {**DEFAULTS, "maxParticipants": 5, "lobby": True}
    assert answer.json()["title"] == "Weekly"
    cleared = await platform.call("PATCH", "/meetings/weekly", content='{"settings": null}', headers=MERGE_PATCH)
    assert cleared.json()["settings"] == DEFAULTS


async def test_the_title_cannot_be_taken_away(platform: Platform) -> None:
    answer = await platform.call("PATCH", "/meetings/demo", content='{"title": null}', headers=MERGE_PATCH)
    assert (answer.status_code, answer.json()["error"]["target"]) == (400, "/title")


@pytest.mark.parametrize(
    ("settings", "target"),
    [
        ({"maxParticipants": 0}, "/settings/maxParticipants"),
        ({"mayShare": "nobody"}, "/settings/mayShare"),
        ({"unheardOf": True}, "/settings/unheardOf"),
        ({"regions": ["Not a region"]}, "/settings/regions/0"),
    ],
)
@pytest.mark.parametrize("method", ["PUT", "PATCH"])
async def test_a_wrong_setting_is_named(platform: Platform, method: str, settings: Any, target: str) -> None:
    answer = await platform.call(method, "/meetings/demo", json={"title": "x", "settings": settings})
    assert (answer.status_code, answer.json()["error"]["target"]) == (400, target)


async def test_who_may_share_and_chat_depends_on_the_role(platform: Platform, node: FakeNode) -> None:
    await choose(platform, mayShare="presenters", mayChat="hosts")
    grants = {role: (await platform.join(role, role=role))["participant"]["grants"] for role in ("host", "presenter")}
    assert "screen" in grants["host"]["publish"]
    assert grants["host"]["chat"] is True
    assert "screen" in grants["presenter"]["publish"]
    assert grants["presenter"]["chat"] is False
    attendee = (await platform.join("attendee"))["participant"]["grants"]
    assert attendee["publish"] == ["camera", "microphone"]


async def test_a_join_tells_whether_to_come_in_muted(platform: Platform, node: FakeNode) -> None:
    await choose(platform, muteOnEntry=True)
    assert (await platform.join("ann"))["session"]["muteOnEntry"] is True


async def test_a_locked_meeting_lets_in_only_who_was_there_and_who_moderates(
    platform: Platform, node: FakeNode
) -> None:
    ann = await platform.join("ann")
    await platform.call("POST", "/meetings/demo:lock")
    refused = await platform.try_join(await platform.token("bob"))
    assert (refused.status_code, code(refused)) == (403, "MeetingLocked")
    await platform.leave(ann)
    await platform.join("ann")
    assert (await platform.join("hilda", role="host"))["session"]["locked"] is True
    await platform.call("POST", "/meetings/demo:unlock")
    await platform.join("bob")


async def test_no_more_get_in_than_may_however_many_come_at_once(platform: Platform, node: FakeNode) -> None:
    await choose(platform, maxParticipants=3)
    tokens = [await platform.token(f"user{number}") for number in range(8)]
    answers = await asyncio.gather(*(platform.try_join(token) for token in tokens))
    statuses = sorted(answer.status_code for answer in answers)
    assert statuses == [200] * 3 + [403] * 5
    assert {code(answer) for answer in answers if answer.status_code == 403} == {"MeetingFull"}


async def test_a_place_that_is_left_is_free_and_a_reload_takes_none(platform: Platform, node: FakeNode) -> None:
    await choose(platform, maxParticipants=1)
    ann = await platform.join("ann")
    again = await platform.join("ann")
    assert again["participant"]["id"] == ann["participant"]["id"]
    assert code(await platform.try_join(await platform.token("bob"))) == "MeetingFull"
    await platform.leave(again)
    await platform.join("bob")


async def test_ending_ends_the_session_for_everybody_and_may_be_repeated(platform: Platform, node: FakeNode) -> None:
    first = await platform.join("ann")
    for _ in range(2):
        assert (await platform.call("POST", "/meetings/demo:end")).status_code == 200
    assert node.socket
    socket = node.socket
    await eventually(lambda: bool(socket.of_type("endSession")))
    assert await platform.documents("activeSession") == []
    assert (await platform.join("ann"))["session"]["id"] != first["session"]["id"]


@pytest.mark.parametrize("action", ["start", "end", "lock", "unlock"])
async def test_running_a_meeting_is_for_its_moderators(platform: Platform, node: FakeNode, action: str) -> None:
    path = f"/meetings/demo:{action}"
    attendee, host = await platform.token("ann"), await platform.token("hilda", role="host")
    refused = await platform.http.post(path, headers=bearer(attendee))
    assert (refused.status_code, code(refused)) == (403, "NotAllowed")
    assert (await platform.http.post(path, headers=bearer(host))).status_code == 200
    assert (await platform.http.post(path)).status_code == 401


async def test_starting_is_shown_until_the_end(platform: Platform) -> None:
    assert "openedOn" in (await platform.call("POST", "/meetings/demo:start")).json()
    assert "openedOn" not in (await platform.call("POST", "/meetings/demo:end")).json()
