"""Erasing a user: nothing in the database says any more who it was, others' data stays, and no failure stops it."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any

import aiohttp
import pytest

from function_app.errors import StoreUnavailableError
from function_app.operations.documents import CLAIMED_FOR
from function_app.stores.cosmos import Container
from local_azure.cosmos import Fault

from .support import FakeNode, Platform, Socket, bearer, eventually

ERASE = "/users/ann@example.com:erase"
USER, NAME = "ann@example.com", "Ann Autumn"


async def stored(platform: Platform, *containers: str) -> str:
    """All that the database holds, as text."""
    found: list[Any] = []
    for container in containers or ("meetings", "tenants", "webhooks"):
        found += await platform.store.container(container).query_every_partition("SELECT * FROM c")
    return json.dumps(found)


async def erase(platform: Platform, path: str = ERASE) -> dict[str, Any]:
    answer = await platform.call("POST", path)
    assert answer.status_code == 202, answer.text
    assert answer.headers["Operation-Location"].endswith(f"/operations/{answer.json()['id']}")
    assert int(answer.headers["Retry-After"]) >= 1
    body: dict[str, Any] = answer.json()
    return body


async def status(platform: Platform, operation: dict[str, Any]) -> tuple[str, int]:
    answer = await platform.call("GET", f"/operations/{operation['id']}")
    assert answer.status_code == 200, answer.text
    body = answer.json()
    assert ("Retry-After" in answer.headers) == (body["status"] in ("notStarted", "running"))
    return body["status"], body["percentComplete"]


@pytest.fixture
async def visits(platform: Platform, node: FakeNode, sockets: aiohttp.ClientSession) -> AsyncIterator[Socket]:
    """Ann has been in a meeting, is invited to it again, is in another with Bob, and is banned from a third.

    Both have written in the chat.
    """
    for meeting in ("weekly", "closed"):
        await platform.put_meeting(meeting)
    past = await platform.join(USER, "weekly", name=NAME)
    await node.tell("peerConnected", past)
    await platform.leave(past)
    banned = await platform.join(USER, "closed", name=NAME)
    path = f"/sessions/{banned['session']['id']}/participants/{banned['participant']['id']}:remove"
    await platform.call("POST", path, json={"ban": True})
    invited = {"name": NAME, "email": "autumn@example.com", "participant": USER}
    await platform.call("PUT", "/meetings/weekly/invitees/autumn", json=invited)
    here = await platform.join(USER, name=NAME)
    await node.tell("peerConnected", here)
    other = await platform.join("bob", name="Bob Winter")
    sockets_of_both = [Socket(joined["signalling"]["url"], sockets) for joined in (here, other)]
    for socket, text in zip(sockets_of_both, ("autumn leaves", "winter is coming"), strict=True):
        await socket.open()
        await socket.chat(text, "c1")
    ann, bob = sockets_of_both
    await eventually(lambda: len(bob.of_type("chat")) == 2)
    yield ann
    for socket in sockets_of_both:
        await socket.close()


async def test_nothing_says_any_more_who_it_was(platform: Platform, visits: Socket) -> None:
    operation = await erase(platform)
    assert await status(platform, operation) == ("notStarted", 0)
    await platform.services.operations.run_due()
    assert await status(platform, operation) == ("succeeded", 100)
    left = await stored(platform)
    for trace in (USER, NAME, "autumn"):
        assert trace not in left
    for other in ("Bob Winter", "winter is coming"):
        assert other in left
    await eventually(lambda: visits.is_closed)


async def test_a_ban_holds_though_it_names_nobody(platform: Platform, visits: Socket) -> None:
    await erase(platform)
    await platform.services.operations.run_due()
    [ban] = (await platform.call("GET", "/meetings/closed/bans")).json()["value"]
    assert ban["participant"] == "erased"
    platform.clock.advance(2)
    refused = await platform.try_join(await platform.token(USER, "closed"))
    assert refused.json()["error"]["code"] == "ParticipantBanned"
    assert (await platform.try_join(await platform.token(USER, "weekly"))).status_code == 200


async def test_lobbies_forget_it_too_and_a_refusal_there_holds(platform: Platform, node: FakeNode) -> None:
    for meeting in ("waited", "refused"):
        await platform.put_meeting(meeting)
        await platform.call("PATCH", f"/meetings/{meeting}", json={"settings": {"lobby": True}})
        host = await platform.join("hilda", meeting, role="host")
        waiting = (await platform.try_join(await platform.token(USER, meeting, name=NAME))).json()
        lobby = f"/sessions/{host['session']['id']}/lobby"
        if meeting == "refused":
            await platform.call("POST", f"{lobby}/{waiting['participant']}:deny")
    await erase(platform)
    await platform.services.operations.run_due()
    left = await stored(platform)
    assert not any(trace in left for trace in (USER, NAME))
    assert await platform.documents("lobbyEntry", "waited") == []
    refused = await platform.try_join(await platform.token(USER, "refused"))
    assert refused.json()["error"]["code"] == "EntryDenied"


async def test_it_goes_on_wherever_the_database_failed(platform: Platform, visits: Socket) -> None:
    operation = await erase(platform)
    for number in range(1, 40):
        # Each run gets one request further than the one before, and then the database is gone until it has ended.
        platform.cosmos.inject_fault(Fault(status=503, count=100, match="/docs", skip=number))
        with suppress(StoreUnavailableError):
            await platform.services.operations.run_due()
        platform.cosmos.clear_faults()
        if (await status(platform, operation))[0] == "succeeded":
            break
        platform.clock.advance(CLAIMED_FOR.total_seconds() + 1)
    assert await status(platform, operation) == ("succeeded", 100)
    left = await stored(platform)
    assert not any(trace in left for trace in (USER, NAME, "autumn"))


async def test_it_is_the_tenants_own_and_an_administrators(
    platform: Platform, visits: Socket, other_tenant: dict[str, str]
) -> None:
    strangers = await platform.http.post(ERASE, headers=other_tenant)
    assert strangers.status_code == 202
    await platform.services.operations.run_due()
    assert NAME in await stored(platform, "meetings")
    theirs = await platform.call("GET", f"/operations/{strangers.json()['id']}")
    assert theirs.json()["error"]["code"] == "OperationNotFound"
    key = (await platform.call("POST", "/tenants/me/apiKeys", json={"role": "meetings"})).json()["key"]
    assert (await platform.http.post(ERASE, headers=bearer(key))).status_code == 403


async def test_asking_again_while_it_is_under_way_is_the_same_work_and_one_act(platform: Platform) -> None:
    first, again = await erase(platform), await erase(platform)
    assert first["id"] == again["id"]
    [entry] = (await platform.call("GET", "/tenants/me/auditLog")).json()["value"]
    assert (entry["action"], entry["target"]) == ("eraseUser", {"operation": first["id"]})
    await platform.services.operations.run_due()
    assert (await erase(platform))["id"] != first["id"]


@pytest.mark.parametrize("path", ["/users/a%2Fb%20c:erase", "/users/erased:erase", "/users/:erase:erase"])
async def test_any_id_of_a_user_can_be_named(platform: Platform, path: str) -> None:
    operation = await erase(platform, path)
    await platform.services.operations.run_due()
    assert await status(platform, operation) == ("succeeded", 100)


async def test_the_log_does_not_say_who_is_erased(platform: Platform, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level("DEBUG"):
        await erase(platform)
        await platform.services.operations.run_due()
    assert "/users/-:erase" in caplog.text
    assert USER not in "\n".join(record.getMessage() for record in caplog.records if record.name.startswith("parley"))


async def test_work_that_another_instance_does_is_left_to_it(platform: Platform) -> None:
    operation = await erase(platform)
    container = platform.store.container("tenants")
    claimed = (platform.clock() + CLAIMED_FOR).isoformat().replace("+00:00", "Z")
    values = {"status": "running", "claimedUntil": claimed}
    changes = [{"op": "set", "path": f"/{name}", "value": value} for name, value in values.items()]
    await container.patch(platform.tenant, operation["id"], changes)
    await platform.services.operations.run_due()
    assert await status(platform, operation) == ("running", 0)
    platform.clock.advance(CLAIMED_FOR.total_seconds() + 1)
    await platform.services.operations.run_due()
    assert await status(platform, operation) == ("succeeded", 100)


async def test_an_invitee_goes_whatever_its_name_and_only_its_own_meeting_counts_one_fewer(platform: Platform) -> None:
    body = {"name": NAME, "email": "ann@example.com", "participant": USER}
    for meeting in ("one", "anew"):
        await platform.put_meeting(meeting)
        for invitee in ("erased", "other"):
            put = await platform.call("PUT", f"/meetings/{meeting}/invitees/{invitee}", json=body)
            assert put.status_code == 201, put.text
    await platform.call("DELETE", "/meetings/anew")
    await platform.put_meeting("anew")
    operation = await erase(platform)
    async with asyncio.timeout(20):
        await platform.services.operations.run_due()
    assert await status(platform, operation) == ("succeeded", 100)
    assert NAME not in await stored(platform)
    for meeting in ("one", "anew"):
        [kept] = await platform.documents("meeting", meeting)
        assert kept["inviteeCount"] == 0


@pytest.mark.parametrize("meanwhile", ["another comes", "it is removed", "it becomes another's"])
async def test_invitees_are_counted_exactly_whatever_happens_while_one_is_erased(
    platform: Platform, monkeypatch: pytest.MonkeyPatch, meanwhile: str
) -> None:
    path, body = "/meetings/demo/invitees/ann", {"name": NAME, "email": "ann@example.com"}
    await platform.call("PUT", path, json={**body, "participant": USER})
    await erase(platform)
    batch = Container.batch

    async def interrupted(container: Container, *given: Any) -> list[Any]:
        """The first batch, which is one side's of the race, has the other side go before it."""
        monkeypatch.setattr(Container, "batch", batch)
        if meanwhile == "it is removed":
            await platform.call("DELETE", path)
        elif meanwhile == "it becomes another's":
            await platform.call("PUT", path, json={**body, "name": "Other", "participant": "other"})
        else:
            await platform.services.operations.run_due()
        return await batch(container, *given)

    monkeypatch.setattr(Container, "batch", interrupted)
    if meanwhile == "another comes":
        await platform.call("PUT", "/meetings/demo/invitees/ben", json={**body, "name": "Ben"})
    else:
        await platform.services.operations.run_due()
    left = [one["name"] for one in (await platform.call("GET", "/meetings/demo/invitees")).json()["value"]]
    assert left == {"another comes": ["Ben"], "it is removed": [], "it becomes another's": ["Other"]}[meanwhile]
    [meeting] = await platform.documents("meeting", "demo")
    assert meeting["inviteeCount"] == len(left)
