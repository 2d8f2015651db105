"""Staying in a session for longer than a join token lives."""

from typing import Any

import aiohttp
import httpx
import jwt

from parley_protocol.ids import new_id

from .support import FakeNode, Platform, Socket, bearer

HOURS = 3600


async def refresh(platform: Platform, joined: dict[str, Any], token: str | None = None) -> httpx.Response:
    path = f"/sessions/{joined['session']['id']}:refresh"
    return await platform.http.post(path, headers=bearer(token or joined["token"]))


def expiry(token: str) -> int:
    return int(jwt.decode(token, options={"verify_signature": False})["exp"])


async def test_whoever_stays_for_long_has_its_token_renewed_until_the_end_that_the_tenant_chose(
    platform: Platform, node: FakeNode
) -> None:
    joined = await platform.join("ann", renewForSeconds=12 * HOURS)
    first = expiry(joined["usedToken"]) - 600
    platform.clock.advance(2 * HOURS)
    second = (await refresh(platform, joined)).json()
    assert abs(expiry(second["token"]) - first - 10 * HOURS) <= 10
    platform.clock.advance(6 * HOURS)
    third = (await refresh(platform, joined, second["token"])).json()
    assert abs(expiry(third["token"]) - first - 12 * HOURS) <= 10
    assert (await platform.try_join(third["token"])).json()["participant"] == joined["participant"]


async def test_the_peer_stays_as_it_is(platform: Platform, node: FakeNode) -> None:
    joined = await platform.join("ann")
    await node.tell("peerConnected", joined)
    before = await platform.documents("participant")
    assert (await refresh(platform, joined)).status_code == 200
    assert await platform.documents("participant") == before


async def test_signalling_may_be_connected_to_anew(
    platform: Platform, node: FakeNode, sockets: aiohttp.ClientSession
) -> None:
    joined = await platform.join("ann")
    socket = Socket((await refresh(platform, joined)).json()["signalling"]["url"], sockets)
    await socket.open()
    assert not socket.is_closed
    await socket.close()


async def test_who_is_in_no_session_has_nothing_to_renew(platform: Platform, node: FakeNode) -> None:
    ann, bob = await platform.join("ann"), await platform.token("bob")
    elsewhere = {"session": {"id": new_id("ses")}}
    answers = [
        await refresh(platform, ann, bob),
        await refresh(platform, elsewhere, ann["token"]),
    ]
    await platform.leave(ann)
    answers.append(await refresh(platform, ann))
    assert [answer.headers["x-ms-error-code"] for answer in answers] == ["SessionNotFound"] * 3


async def test_a_session_that_has_ended_is_not_stayed_in(platform: Platform, node: FakeNode) -> None:
    joined = await platform.join("ann")
    await platform.call("POST", "/meetings/demo:end")
    assert (await refresh(platform, joined)).headers["x-ms-error-code"] == "SessionNotFound"


async def test_whoever_was_taken_out_renews_nothing(platform: Platform, node: FakeNode) -> None:
    joined = await platform.join("ann")
    path = f"/sessions/{joined['session']['id']}/participants/{joined['participant']['id']}:remove"
    await platform.call("POST", path)
    answer = await refresh(platform, joined)
    assert (answer.status_code, answer.headers["x-ms-error-code"]) == (403, "ParticipantRemoved")
