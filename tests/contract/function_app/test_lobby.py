"""The lobby: waiting, being let in or not, and what moderators and those who wait are told."""

from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import httpx
import pytest

from function_app.lobby.documents import WAITING_SECONDS

from .support import FakeNode, Platform, Socket, bearer, eventually


@pytest.fixture
async def host(platform: Platform, node: FakeNode) -> dict[str, Any]:
    """Somebody who moderates a meeting with a lobby and is in it."""
    await platform.call("PATCH", "/meetings/demo", json={"settings": {"lobby": True}})
    return await platform.join("hilda", role="host")


@pytest.fixture
async def host_socket(host: dict[str, Any], sockets: aiohttp.ClientSession) -> AsyncIterator[Socket]:
    socket = Socket(host["signalling"]["url"], sockets)
    await socket.open()
    yield socket
    await socket.close()


async def ask(platform: Platform, user: str = "ann") -> dict[str, Any]:
    """Asks to come in; the answer that says to wait."""
    answer = await platform.try_join(await platform.token(user))
    assert answer.status_code == 202, answer.text
    waiting: dict[str, Any] = answer.json()
    return waiting


async def decide(platform: Platform, host: dict[str, Any], action: str) -> httpx.Response:
    path = f"/sessions/{host['session']['id']}/lobby{action}"
    return await platform.http.post(path, headers=bearer(host["token"]))


async def names(platform: Platform, host: dict[str, Any]) -> list[str]:
    path = f"/sessions/{host['session']['id']}/lobby"
    answer = await platform.http.get(path, headers=bearer(host["token"]))
    return [one["name"] for one in answer.json()["value"]]


async def test_whoever_does_not_moderate_waits_and_is_no_participant(platform: Platform, host: dict[str, Any]) -> None:
    waiting = await ask(platform)
    assert waiting["status"] == "waiting"
    assert "mediaGrant" not in waiting
    assert waiting["retryAfterSeconds"] < WAITING_SECONDS / 2
    assert await platform.presence() == {"hilda": "joining"}
    assert await names(platform, host) == ["Ann"]


async def test_moderators_alone_are_told_that_somebody_waits(
    platform: Platform, host: dict[str, Any], host_socket: Socket
) -> None:
    await ask(platform)
    await eventually(lambda: len(host_socket.of_type("lobbyChanged")) == 1)
    [told] = host_socket.of_type("lobbyChanged")
    assert told["group"] == f"p.{host['participant']['id']}"
    await ask(platform)
    assert await names(platform, host) == ["Ann"]
    assert len(host_socket.of_type("lobbyChanged")) == 1


async def test_whoever_is_let_in_hears_it_at_once_and_comes_in_from_then_on(
    platform: Platform, host: dict[str, Any], sockets: aiohttp.ClientSession
) -> None:
    waiting = await ask(platform)
    socket = Socket(waiting["signalling"]["url"], sockets)
    await socket.open()
    assert (await decide(platform, host, f"/{waiting['participant']}:admit")).status_code == 204
    await eventually(lambda: len(socket.of_type("admitted")) == 1)
    await socket.close()
    joined = (await platform.try_join(waiting["token"])).json()
    assert joined["participant"]["id"] == waiting["participant"]
    await platform.leave(joined)
    await platform.join("ann")
    assert await names(platform, host) == []


async def test_whoever_is_denied_hears_it_and_does_not_get_in_until_the_decision_changes(
    platform: Platform, host: dict[str, Any], sockets: aiohttp.ClientSession
) -> None:
    waiting = await ask(platform)
    socket = Socket(waiting["signalling"]["url"], sockets)
    await socket.open()
    await decide(platform, host, f"/{waiting['participant']}:deny")
    await eventually(lambda: len(socket.of_type("denied")) == 1)
    await socket.close()
    refused = await platform.try_join(waiting["token"])
    assert (refused.status_code, refused.json()["error"]["code"]) == (403, "EntryDenied")
    await decide(platform, host, f"/{waiting['participant']}:admit")
    await platform.join("ann")


async def test_whoever_stops_waiting_is_gone_at_once_and_moderators_are_told(
    platform: Platform, host: dict[str, Any], host_socket: Socket
) -> None:
    waiting = await ask(platform)
    for _ in range(2):
        answer = await platform.http.post("/sessions:stopWaiting", headers=bearer(waiting["token"]))
        assert answer.status_code == 204
    assert await names(platform, host) == []
    await eventually(lambda: len(host_socket.of_type("lobbyChanged")) == 2)
    assert (await decide(platform, host, f"/{waiting['participant']}:admit")).status_code == 404
    await ask(platform)
    assert await names(platform, host) == ["Ann"]


async def test_a_decision_stays_when_whoever_it_is_about_stops_waiting(
    platform: Platform, host: dict[str, Any]
) -> None:
    waiting = await ask(platform)
    await decide(platform, host, f"/{waiting['participant']}:deny")
    assert (await platform.http.post("/sessions:stopWaiting", headers=bearer(waiting["token"]))).status_code == 204
    assert (await platform.try_join(waiting["token"])).json()["error"]["code"] == "EntryDenied"


async def test_all_who_wait_are_let_in_at_once(platform: Platform, host: dict[str, Any]) -> None:
    users = ("ann", "bob", "cleo")
    for user in users:
        await ask(platform, user)
    assert await names(platform, host) == ["Ann", "Bob", "Cleo"]
    assert (await decide(platform, host, ":admitAll")).status_code == 204
    for user in users:
        await platform.join(user)


async def test_nobody_but_a_moderator_begins_a_session_where_there_is_a_lobby(
    platform: Platform, node: FakeNode
) -> None:
    await platform.call("PATCH", "/meetings/demo", json={"settings": {"lobby": True}})
    waiting = await ask(platform)
    assert "signalling" not in waiting
    assert "participant" not in waiting
    assert await platform.documents("activeSession") == []
    await platform.join("hilda", role="coHost")
    assert "participant" in await ask(platform)


async def test_the_lobby_is_for_moderators_and_the_tenant_only(
    platform: Platform, host: dict[str, Any], other_tenant: dict[str, str]
) -> None:
    waiting = await ask(platform)
    path = f"/sessions/{host['session']['id']}/lobby"
    assert (await platform.call("GET", path)).json()["value"][0]["participant"] == waiting["participant"]
    assert (await platform.http.get(path, headers=other_tenant)).status_code == 404
    assert (await platform.http.get(path, headers=bearer(waiting["token"]))).status_code == 403
    await platform.put_meeting("weekly")
    elsewhere = bearer(await platform.token("mallory", "weekly", role="host"))
    assert (await platform.http.get(path, headers=elsewhere)).status_code == 404
    assert (await platform.http.get(path)).status_code == 401


async def test_letting_in_somebody_who_does_not_wait_is_404(platform: Platform, host: dict[str, Any]) -> None:
    answer = await decide(platform, host, f"/{host['participant']['id']}:admit")
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "ParticipantNotFound")
