"""Whom a tenant invites: what can be chosen, counted, listed and taken back."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import httpx
import pytest

from .support import Platform, new_push_key, running_platform

ANN = {"name": "Ann", "email": "ann@example.com"}
POINT = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"
PUSH_KEYS = {"p256dh": POINT, "auth": "BTBZMqHH6r4Tts7J_aSIgg"}
PRIVATE = ("https://169.254.169.254/latest", "http://push.example/1", "https://localhost/1")
"""Addresses of push services that must not be called."""


async def put(
    platform: Platform, invitee: str = "ann", headers: dict[str, str] | None = None, **more: Any
) -> httpx.Response:
    path = f"/meetings/demo/invitees/{invitee}"
    return await platform.call("PUT", path, json={**ANN, **more}, headers=headers or {})


async def events(platform: Platform) -> list[tuple[str, str]]:
    told = sorted(await platform.documents("event"), key=lambda event: int(event["sequence"]))
    return [(one["kind"], one["data"]["invitee"]) for one in told if one["kind"].startswith("invitee.")]


async def test_an_invitee_is_added_changed_and_removed_with_an_event_each(platform: Platform) -> None:
    created = await put(platform, role="host", locale="de", timeZone="Europe/Berlin")
    assert created.status_code == 201
    assert created.json()["inviteUrl"].startswith("https://meet.example/m/demo#invitation=")
    changed = await put(platform, name="Anna", headers={"If-Match": created.headers["ETag"]})
    assert (changed.status_code, changed.json()["name"], changed.json()["role"]) == (200, "Anna", "attendee")
    assert (await platform.call("DELETE", "/meetings/demo/invitees/ann")).status_code == 204
    assert (await platform.call("DELETE", "/meetings/demo/invitees/ann")).status_code == 204
    gone = await platform.call("GET", "/meetings/demo/invitees/ann")
    assert (gone.status_code, gone.json()["error"]["code"]) == (404, "InviteeNotFound")
    assert await events(platform) == [
        ("invitee.added", "ann"),
        ("invitee.changed", "ann"),
        ("invitee.removed", "ann"),
    ]


async def test_a_stale_change_is_refused(platform: Platform) -> None:
    etag = (await put(platform)).headers["ETag"]
    await put(platform, name="Anna")
    path = "/meetings/demo/invitees/ann"
    for method, options in (("PUT", {"json": ANN}), ("DELETE", {})):
        assert (await platform.call(method, path, headers={"If-Match": etag}, **options)).status_code == 412
    fresh = (await platform.call("GET", path)).headers["ETag"]
    assert (await platform.call("GET", path, headers={"If-None-Match": fresh})).status_code == 304


@pytest.mark.parametrize(
    ("wrong", "target"),
    [
        ({"email": None}, ""),
        ({"email": "ann@example.com\r\nBcc: eve@example.com"}, "/email"),
        ({"email": "ann@localhost"}, "/email"),
        ({"phone": "0151 12345678"}, "/phone"),
        ({"role": "king"}, "/role"),
        ({"locale": "de_DE"}, "/locale"),
        ({"timeZone": "Nowhere/Else"}, "/timeZone"),
        ({"push": {"endpoint": "https://push.example/1", "keys": {"p256dh": "AAAA", "auth": "AAAA"}}}, "/push"),
    ],
)
async def test_what_cannot_be_sent_to_is_refused(platform: Platform, wrong: dict[str, Any], target: str) -> None:
    answer = await put(platform, **wrong)
    assert answer.status_code == 400, answer.text
    error = answer.json()["error"]
    assert all(detail["target"].startswith(target) for detail in error.get("details", [error]))
    assert await events(platform) == []


async def test_a_push_service_on_a_private_address_is_refused(platform: Platform) -> None:
    for endpoint in PRIVATE:
        answer = await put(platform, push={"endpoint": endpoint, "keys": PUSH_KEYS})
        assert (answer.status_code, answer.json()["error"]["target"]) == (400, "/push/endpoint")
    shown = (await put(platform, push={"endpoint": "https://push.example/1", "keys": PUSH_KEYS})).json()
    assert shown["hasPush"] is True
    assert "push.example" not in str(shown)


async def test_nor_may_the_person_name_one(tmp_path: Path) -> None:
    async with running_platform(tmp_path, web_push_key=new_push_key()) as platform:
        invitation = (await put(platform)).json()["inviteUrl"].partition("#invitation=")[2]
        for endpoint in PRIVATE:
            wish = {"invitation": invitation, "push": {"endpoint": endpoint, "keys": PUSH_KEYS}}
            answer = await platform.http.post("/invitations:setPush", json=wish)
            assert (answer.status_code, answer.json()["error"]["target"]) == (400, "/push/endpoint")


async def test_where_nothing_is_pushed_a_browser_is_told_so(platform: Platform) -> None:
    invitation = (await put(platform)).json()["inviteUrl"].partition("#invitation=")[2]
    answer = await platform.http.post("/invitations:getPush", json={"invitation": invitation})
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "WebPushNotConfigured")


async def test_there_are_never_more_than_a_meeting_may_have(
    platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("function_app.invitees.service.MAXIMUM_INVITEES", 3)
    answers = await asyncio.gather(*(put(platform, f"person{number}") for number in range(5)))
    codes = sorted(answer.status_code for answer in answers)
    assert codes.count(201) <= 3
    while codes.count(201) < 3:  # Those that lost too many races were told to try again.
        codes.append((await put(platform, f"person{len(codes)}")).status_code)
    assert (await put(platform, "last")).json()["error"]["code"] == "TooManyInvitees"
    listed = (await platform.call("GET", "/meetings/demo/invitees")).json()["value"]
    assert len(listed) == 3
    await platform.call("DELETE", f"/meetings/demo/invitees/{listed[0]['id']}")
    assert (await put(platform, "last")).status_code == 201


async def test_a_tenant_cannot_have_people_flooded_with_messages(tmp_path: Path) -> None:
    async with running_platform(tmp_path, rate_limit_factor=0.003) as platform:
        answers = [await put(platform, f"person{number}") for number in range(5)]
    assert [answer.status_code for answer in answers[:3]] == [201, 201, 201]
    refused = answers[-1]
    assert (refused.status_code, refused.json()["error"]["code"]) == (429, "TooManyRequests")


async def test_invitees_are_listed_a_page_at_a_time(platform: Platform) -> None:
    for number in range(3):
        await put(platform, f"person{number}")
    await platform.call("DELETE", "/meetings/demo/invitees/person1")
    first = (await platform.call("GET", "/meetings/demo/invitees", params={"maxpagesize": 1})).json()
    rest = (await platform.call("GET", first["nextLink"])).json()
    assert [one["id"] for one in (*first["value"], *rest["value"])] == ["person0", "person2"]


async def test_a_meeting_made_anew_has_none_of_the_former_ones_invitees(platform: Platform) -> None:
    await platform.put_meeting("weekly")
    await platform.call("PUT", "/meetings/weekly/invitees/ann", json=ANN)
    await platform.call("DELETE", "/meetings/weekly")
    await platform.put_meeting("weekly")
    assert (await platform.call("GET", "/meetings/weekly/invitees")).json()["value"] == []
    assert (await platform.call("GET", "/meetings/weekly/invitees/ann")).status_code == 404
    assert (await platform.call("PUT", "/meetings/weekly/invitees/ann", json=ANN)).status_code == 201
