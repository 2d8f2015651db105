"""The command `run` with Parley's own parts."""

from __future__ import annotations

import os
import signal
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from tests.integration.runner.conftest import alive
from tests.support.platform import Platform
from tests.support.waiting import eventually


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    running = Platform.start(tmp_path_factory.mktemp("parley"))
    yield running
    running.stop()


@pytest.fixture
async def http(platform: Platform) -> AsyncIterator[aiohttp.ClientSession]:
    headers = {"Authorization": f"Bearer {platform.state()['apiKey']}"}
    async with aiohttp.ClientSession(headers=headers) as session:
        yield session


async def node_health(http: aiohttp.ClientSession, platform: Platform) -> dict[str, Any]:
    port = platform.state()["ports"]["sfuHttp"]
    async with http.get(f"http://127.0.0.1:{port}/healthz") as answer:
        return dict(await answer.json())


async def is_joinable(http: aiohttp.ClientSession, platform: Platform) -> bool:
    try:
        health = await node_health(http, platform)
    except aiohttp.ClientError:
        return False
    return bool(health["registered"] and health["signalling"])


async def test_every_part_runs_and_is_named_in_the_state(platform: Platform) -> None:
    state = platform.state()
    assert set(state["pids"]) == {"runner", "cosmos", "entra", "acs", "webpubsub", "functions", "sfu"}
    assert all(map(alive, state["pids"].values()))


async def test_what_happens_arrives_at_the_webhook_inbox(platform: Platform, http: aiohttp.ClientSession) -> None:
    origin = platform.state()["url"]
    assert f"{origin}/webhook-inbox" in platform.log()
    async with http.put(f"{origin}/meetings/seen-in-the-inbox", json={"title": "Seen"}) as created:
        assert created.status == 201

    async def arrived() -> bool:
        async with http.get(f"{origin}/webhook-inbox") as page:
            return "seen-in-the-inbox" in await page.text()

    await eventually(arrived, "the event is on the inbox's page", within=30)


async def test_the_printed_link_is_the_clients_page_and_the_meeting_is_there(
    platform: Platform, http: aiohttp.ClientSession
) -> None:
    origin = platform.state()["url"]
    assert f"{origin}/m/demo" in platform.log()
    async with http.get(f"{origin}/m/demo") as page:
        assert page.status == 200
        assert '<script type="module"' in await page.text()
    async with http.get(f"{origin}/meetings/demo") as meeting:
        assert meeting.status == 200


async def test_who_is_invited_is_sent_an_email_and_the_tenant_sees_that_it_was_delivered(
    platform: Platform, http: aiohttp.ClientSession
) -> None:
    meeting = f"{platform.state()['url']}/meetings/invited-to"
    invitee = {"name": "Ann", "email": "ann@example.com"}
    for url, body in ((meeting, {"title": "Invited"}), (f"{meeting}/invitees/ann", invitee)):
        async with http.put(url, json=body) as created:
            assert created.status == 201

    async def is_delivered() -> bool:
        async with http.get(f"{meeting}/invitees/ann/notifications") as answer:
            return [one["state"] for one in (await answer.json())["value"]] == ["delivered"]

    await eventually(is_delivered, "the e-mail is delivered", within=60)


async def test_two_tenants_see_nothing_of_each_other(platform: Platform, http: aiohttp.ClientSession) -> None:
    state = platform.state()
    second = {"Authorization": f"Bearer {state['secondApiKey']}"}
    seen = {}
    for whose, headers in (("first", {}), ("second", second)):
        async with http.get(f"{state['url']}/meetings", headers=headers) as answer:
            seen[whose] = {meeting["id"] for meeting in (await answer.json())["value"]}
    assert seen["second"] == {"second"}
    assert {"demo", "staff"} <= seen["first"]
    assert not seen["first"] & seen["second"]


async def test_a_program_gets_an_access_token_of_the_first_tenants_directory(platform: Platform) -> None:
    state = platform.state()
    entra = state["entra"]
    form = {"grant_type": "client_credentials", "scope": entra["scope"]}
    form |= {"client_id": entra["clientId"], "client_secret": entra["clientSecret"]}
    endpoint = entra["authority"].removesuffix("/v2.0") + "/oauth2/v2.0/token"
    async with aiohttp.ClientSession() as session:
        async with session.post(endpoint, data=form) as answer:
            token = (await answer.json())["access_token"]
        headers = {"Authorization": f"Bearer {token}"}
        async with session.get(f"{state['url']}/tenants/me", headers=headers) as answer:
            assert (await answer.json())["name"] == "Demo"


async def test_a_stranger_with_another_host_name_is_refused(platform: Platform, http: aiohttp.ClientSession) -> None:
    async with http.get(f"{platform.state()['url']}/meetings", headers={"Host": "rebound.example"}) as answer:
        assert answer.status == 421


@pytest.mark.parametrize("part", ["sfu", "functions", "webpubsub", "cosmos"])
async def test_a_killed_part_comes_back_and_people_can_join_again(
    platform: Platform, http: aiohttp.ClientSession, part: str
) -> None:
    before = platform.state()["pids"]
    os.kill(before[part], signal.SIGKILL)

    def is_back() -> bool:
        state = platform.state()
        return bool(state["ready"]) and state["pids"].get(part) not in (None, before[part])

    await eventually(is_back, f"{part} is back", within=30.0)
    await eventually(lambda: is_joinable(http, platform), "the node is registered and hears signalling", within=30.0)
    await eventually(lambda: can_join(platform, http), "a guest is let in", within=30.0)


async def can_join(platform: Platform, http: aiohttp.ClientSession) -> bool:
    origin = platform.state()["url"]
    async with http.post(f"{origin}/openMeetings/demo:issueToken", json={"name": "Ann"}) as answer:
        if answer.status != 200:
            return False
        token = (await answer.json())["token"]
    async with http.post(f"{origin}/sessions:join", json={}, headers={"Authorization": f"Bearer {token}"}) as answer:
        return answer.status == 200


async def test_a_second_start_keeps_the_meetings_and_the_key(tmp_path: Path) -> None:
    first = Platform.start(tmp_path)
    key, pids = first.state()["apiKey"], first.state()["pids"]
    async with aiohttp.ClientSession(headers={"Authorization": f"Bearer {key}"}) as session:
        async with session.put(f"{first.state()['url']}/meetings/kept", json={"title": "Kept"}) as answer:
            assert answer.status == 201
        first.stop()
        assert not any(map(alive, pids.values()))
        second = Platform.start(tmp_path)
        try:
            assert second.state()["apiKey"] == key
            async with session.get(f"{second.state()['url']}/meetings/kept") as answer:
                assert (await answer.json())["title"] == "Kept"
        finally:
            second.stop()
