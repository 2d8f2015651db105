"""The join path: architecture.md, section 3."""

import asyncio
from typing import Any
from urllib.parse import parse_qs, urlsplit

import aiohttp
import jwt
import pytest
from jwt import PyJWK

from function_app.errors import SignallingUnavailableError
from function_app.media.grants import GRANT_SECONDS
from function_app.rate_limits.limits import JOINS
from function_app.signalling.webpubsub import Signalling
from function_app.stores.outcomes import ChangedError
from function_app.stores.sessions import SessionStore
from parley_protocol.addresses import ParticipantAddress

from .support import FakeNode, Platform, Socket, bearer, eventually


async def test_a_join_answers_with_all_that_a_client_needs(platform: Platform, node: FakeNode) -> None:
    joined = await platform.join("ann")
    assert joined["session"]["meeting"] == "demo"
    assert joined["session"]["title"] == "Demo meeting"
    assert joined["participant"]["name"] == "Ann"
    assert joined["participant"]["role"] == "attendee"
    assert joined["participant"]["grants"]["chat"] is True
    assert joined["node"] == {"id": node.id, "region": "local"}
    assert joined["iceServers"] == []
    assert joined["tokenExpiresOn"].endswith("Z")


async def test_the_media_grant_is_for_this_peer_on_this_node(platform: Platform, node: FakeNode) -> None:
    joined = await platform.join("ann")
    keys = (await platform.http.get("/.well-known/jwks.json")).json()["keys"]
    header = jwt.get_unverified_header(joined["mediaGrant"])
    key = next(key for key in keys if key["kid"] == header["kid"])
    grant = jwt.decode(joined["mediaGrant"], PyJWK(key), algorithms=["ES256"], audience="parley-media")
    assert grant["node"] == node.id
    assert grant["session"] == joined["session"]["id"]
    assert grant["peer"] == joined["peer"]
    assert grant["sub"] == joined["participant"]["id"]
    assert grant["exp"] - grant["iat"] == GRANT_SECONDS


async def test_the_signalling_url_puts_the_client_into_its_groups_and_nowhere_else(
    platform: Platform, node: FakeNode
) -> None:
    joined = await platform.join("ann")
    token = parse_qs(urlsplit(joined["signalling"]["url"]).query)["access_token"][0]
    claims = jwt.decode(token, options={"verify_signature": False})
    session, participant = joined["session"]["id"], joined["participant"]["id"]
    assert claims["sub"] == str(ParticipantAddress(platform.tenant, "demo", session, participant))
    assert sorted(claims["webpubsub.group"]) == [f"p.{participant}", f"s.{session}"]
    assert claims["role"] == [f"webpubsub.sendToGroup.sfu.{session}"]


async def test_the_node_hears_the_client_as_soon_as_join_has_answered(
    platform: Platform, node: FakeNode, sockets: aiohttp.ClientSession
) -> None:
    joined = await platform.join("ann")
    client = Socket(joined["signalling"]["url"], sockets)
    await client.open()
    group = f"sfu.{joined['session']['id']}"
    await client.send({"type": "sendToGroup", "group": group, "dataType": "json", "data": {"type": "join"}})
    assert node.socket
    await eventually(lambda: bool(node.socket and node.socket.of_type("join")))
    await client.close()


async def test_two_users_are_two_participants_of_one_session(platform: Platform, node: FakeNode) -> None:
    ann, bob = await platform.join("ann"), await platform.join("bob")
    assert ann["session"]["id"] == bob["session"]["id"]
    assert ann["participant"]["id"] != bob["participant"]["id"]


async def test_joining_again_is_the_same_participant_with_a_new_peer(platform: Platform, node: FakeNode) -> None:
    first = await platform.join("ann")
    answer = await platform.try_join(first["token"])
    again = answer.json()
    assert again["participant"]["id"] == first["participant"]["id"]
    assert again["session"]["id"] == first["session"]["id"]
    assert again["peer"] != first["peer"]


async def test_simultaneous_first_joins_make_one_session(platform: Platform, node: FakeNode) -> None:
    users = [f"user-{number}" for number in range(12)]
    joined = await asyncio.gather(*(platform.join(user) for user in users))
    assert len({one["session"]["id"] for one in joined}) == 1
    assert len({one["participant"]["id"] for one in joined}) == len(users)


async def test_without_a_node_the_client_is_told_to_try_again(platform: Platform) -> None:
    answer = await platform.try_join(await platform.token("ann"))
    assert answer.status_code == 503
    assert answer.headers["x-ms-error-code"] == "NoNodeAvailable"
    assert answer.headers["Retry-After"] == "2"


async def test_a_refused_join_leaves_nothing_behind(platform: Platform, sockets: aiohttp.ClientSession) -> None:
    await platform.try_join(await platform.token("ann"))
    node = FakeNode(platform, sockets)
    await node.start()
    joined = await platform.join("bob")
    assert joined["participant"]["name"] == "Bob"
    assert await platform.presence() == {"bob": "joining"}
    assert len(await platform.documents("session")) == 1
    assert node.socket
    await node.socket.close()


async def test_a_meeting_that_is_gone_cannot_be_joined(platform: Platform, node: FakeNode) -> None:
    await platform.put_meeting("short")
    token = await platform.token("ann", "short")
    await platform.call("DELETE", "/meetings/short")
    answer = await platform.try_join(token)
    assert answer.status_code == 404
    assert answer.json()["error"]["code"] == "MeetingNotFound"


async def test_a_join_needs_no_body(platform: Platform, node: FakeNode) -> None:
    answer = await platform.http.post("/sessions:join", headers=bearer(await platform.token("ann")))
    assert answer.status_code == 200


async def test_a_join_costs_two_requests_to_the_database_and_none_to_web_pubsub(
    platform: Platform, node: FakeNode
) -> None:
    await platform.join("ann")
    token = await platform.token("bob")
    platform.cosmos_server.requests.clear()
    platform.webpubsub_server.requests.clear()
    assert (await platform.try_join(token)).status_code == 200
    # Only documents are counted: the partition map is the SDK's own, and it keeps that for itself.
    path = "/dbs/parley/colls/meetings/docs/"
    requests = [request for request in platform.cosmos_server.requests if path in request]
    assert requests == [f"POST {path}"] * 2, "a query for what decides on it, and the batch that writes it"
    assert platform.webpubsub_server.requests == []


async def test_a_join_that_fails_has_written_all_that_it_will_when_it_answers(
    platform: Platform, node: FakeNode, monkeypatch: pytest.MonkeyPatch
) -> None:
    started = SessionStore.start
    written: list[str] = []

    async def slow_start(*arguments: Any) -> None:
        await asyncio.sleep(0.05)
        await started(*arguments)
        written.append("session")

    async def unavailable(*_: object) -> None:
        raise SignallingUnavailableError

    monkeypatch.setattr(SessionStore, "start", slow_start)
    monkeypatch.setattr(Signalling, "listen", unavailable)
    answer = await platform.try_join(await platform.token("ann"))
    assert answer.headers["x-ms-error-code"] == "SignallingUnavailable"
    assert written == ["session"]


async def test_a_user_who_joins_over_and_over_is_slowed_and_nobody_else(platform: Platform, node: FakeNode) -> None:
    token = await platform.token("ann")
    answers = [await platform.try_join(token) for _ in range(JOINS.burst + 2)]
    assert {answer.status_code for answer in answers[: JOINS.burst]} == {200}
    assert answers[-1].headers["x-ms-error-code"] == "TooManyRequests"
    assert answers[-1].headers["Retry-After"] == "1"
    told = answers[-1].headers["RateLimit"]
    assert [name for name in ("people", "person", "joins") if f'"{name}";r=' in told] == ["people", "person", "joins"]
    assert f'"joins";r=0;t={JOINS.window}' in told
    assert f'"joins";q={JOINS.burst};w={JOINS.window}' in answers[-1].headers["RateLimit-Policy"]
    await platform.join("bob")


async def test_a_first_join_that_has_to_be_tried_again_asks_for_one_node_only(
    platform: Platform, node: FakeNode, monkeypatch: pytest.MonkeyPatch
) -> None:
    start, lost = SessionStore.start, 0

    async def lose_twice(*arguments: Any) -> None:
        nonlocal lost
        if lost < 2:
            lost += 1
            raise ChangedError
        await start(*arguments)

    monkeypatch.setattr(SessionStore, "start", lose_twice)
    joined = await platform.join("ann")
    assert await platform.services.controller.assigned() == {joined["session"]["id"]}
