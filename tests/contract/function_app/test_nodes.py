"""Registration, heartbeats, and what nodes report."""

import asyncio
from typing import Any
from urllib.parse import parse_qs, urlsplit

import aiohttp
import jwt
import pytest

from function_app.errors import SignallingUnavailableError
from function_app.signalling.webpubsub import Signalling
from function_app.stores.presence import PresenceStore
from function_app.stores.sessions import SessionStore
from parley_protocol.addresses import NODE_ROLES
from parley_protocol.ids import new_id

from .support import FakeNode, Platform, bearer, eventually


def claims_of(url: str) -> dict[str, Any]:
    token = parse_qs(urlsplit(url).query)["access_token"][0]
    claims: dict[str, Any] = jwt.decode(token, options={"verify_signature": False})
    return claims


@pytest.fixture
async def unregistered(platform: Platform, sockets: aiohttp.ClientSession) -> FakeNode:
    return FakeNode(platform, sockets)


async def test_a_node_that_registers_gets_what_it_needs(platform: Platform, unregistered: FakeNode) -> None:
    lease = await unregistered.heartbeat(needsSignalling=True)
    assert lease["heartbeatSeconds"] == 2
    assert lease["jwks"] == (await platform.http.get("/.well-known/jwks.json")).json()
    claims = claims_of(lease["signallingUrl"])
    assert claims["sub"] == unregistered.id
    assert claims["role"] == list(NODE_ROLES)


async def test_a_later_heartbeat_gets_no_new_url(unregistered: FakeNode) -> None:
    await unregistered.heartbeat(needsSignalling=True)
    assert "signallingUrl" not in await unregistered.heartbeat()


async def test_a_node_that_does_not_listen_yet_gets_no_session(platform: Platform, unregistered: FakeNode) -> None:
    await unregistered.heartbeat(needsSignalling=True)
    answer = await platform.try_join(await platform.token("ann"))
    assert answer.status_code == 503


async def test_a_node_takes_sessions_as_soon_as_its_socket_is_open(
    platform: Platform, unregistered: FakeNode, sockets: aiohttp.ClientSession
) -> None:
    lease = await unregistered.heartbeat(needsSignalling=True)
    socket = await sockets.ws_connect(lease["signallingUrl"], protocols=["json.webpubsub.azure.v1"])
    token = await platform.token("ann")

    async def joins() -> bool:
        return (await platform.try_join(token)).status_code == 200

    await eventually(joins)
    await socket.close()


async def test_a_node_that_comes_back_listens_to_its_sessions_again(platform: Platform, node: FakeNode) -> None:
    joined = await platform.join("ann")
    lease = await node.heartbeat(needsSignalling=True)
    assert claims_of(lease["signallingUrl"])["webpubsub.group"] == [f"sfu.{joined['session']['id']}"]


async def test_a_node_says_itself_whether_it_listens(platform: Platform, unregistered: FakeNode) -> None:
    await unregistered.heartbeat(listening=False)
    refused = await platform.try_join(await platform.token("ann"))
    assert refused.headers["x-ms-error-code"] == "NoNodeAvailable"
    await unregistered.heartbeat(listening=True)
    await platform.join("ann")


async def test_a_node_that_asks_for_a_connection_while_the_old_one_is_open_listens_when_the_new_one_is(
    platform: Platform, unregistered: FakeNode
) -> None:
    await unregistered.heartbeat(listening=True)
    await platform.join("ann")
    await unregistered.heartbeat(needsSignalling=True, listening=True)
    refused = await platform.try_join(await platform.token("ann"))
    assert refused.headers["x-ms-error-code"] == "NoNodeAvailable"


@pytest.fixture
def all_live(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every session that a node reports lives."""

    async def live(_: SessionStore, sessions: list[str]) -> set[str]:
        return set(sessions)

    monkeypatch.setattr(SessionStore, "live", live)


@pytest.mark.usefixtures("all_live")
async def test_more_sessions_than_a_url_can_hold_are_all_listened_to(
    platform: Platform, node: FakeNode, sockets: aiohttp.ClientSession
) -> None:
    sessions = [new_id("ses") for _ in range(120)]
    assert node.socket
    await node.socket.close()
    lease = await node.heartbeat(needsSignalling=True, sessions=sessions)
    assert len(claims_of(lease["signallingUrl"])["webpubsub.group"]) == 100
    node.socket = type(node.socket)(lease["signallingUrl"], sockets)
    await node.socket.open()
    await node.heartbeat(sessions=sessions)
    signalling = platform.services.signalling
    exists = signalling._client.group_exists
    assert [await exists(f"sfu.{session}") for session in sessions] == [True] * len(sessions)


@pytest.mark.usefixtures("all_live")
async def test_a_node_that_could_not_be_made_to_listen_is_alive_and_gets_no_session_until_it_can(
    platform: Platform, unregistered: FakeNode, monkeypatch: pytest.MonkeyPatch
) -> None:
    sessions = [new_id("ses") for _ in range(120)]
    heard: list[str] = []

    async def unavailable(*_: object) -> None:
        raise SignallingUnavailableError

    async def listen(_: object, __: str, session: str) -> None:
        heard.append(session)

    await unregistered.heartbeat(needsSignalling=True, sessions=sessions)
    monkeypatch.setattr(Signalling, "listen", unavailable)
    path = f"/internal/nodes/{unregistered.id}"
    refused = await platform.http.put(path, json=unregistered.report(), headers=bearer(unregistered.token()))
    assert refused.headers["x-ms-error-code"] == "SignallingUnavailable"
    assert await platform.services.controller.is_alive(unregistered.id)
    join = await platform.try_join(await platform.token("ann"))
    assert join.headers["x-ms-error-code"] == "NoNodeAvailable"

    monkeypatch.setattr(Signalling, "listen", listen)
    await unregistered.heartbeat()
    assert sorted(heard) == sorted(sessions[100:])
    await platform.join("ann")


@pytest.mark.parametrize(
    ("claims", "code"),
    [
        ({"aud": "parley-join"}, "TokenInvalid"),
        ({"iss": "somebody"}, "TokenInvalid"),
        ({"exp": 1}, "TokenExpired"),
        ({"iat": 0}, "TokenInvalid"),
        ({"sub": "nod_01JD0000000000000000000000"}, "TokenInvalid"),
    ],
)
async def test_a_node_with_a_wrong_token_is_refused(
    platform: Platform, unregistered: FakeNode, claims: dict[str, object], code: str
) -> None:
    answer = await platform.http.put(
        f"/internal/nodes/{unregistered.id}",
        json=unregistered.report(),
        headers=bearer(unregistered.token(**claims)),
    )
    assert answer.status_code == 401
    assert answer.headers["x-ms-error-code"] == code


async def test_a_join_token_does_not_open_the_internal_api(platform: Platform, unregistered: FakeNode) -> None:
    token = await platform.token("ann")
    path = f"/internal/nodes/{unregistered.id}"
    answer = await platform.http.put(path, json=unregistered.report(), headers=bearer(token))
    assert answer.status_code == 401


@pytest.mark.parametrize(
    "change",
    [
        {"region": ""},
        {"capacity": {"packetsPerSecond": 0, "peers": 1}},
        {"load": {"packetsPerSecond": -1, "peers": 0, "sessions": 0}},
        {"sessions": ["not-a-session"]},
        {"address": {"ip": "127.0.0.1", "port": 70_000}},
    ],
)
async def test_a_senseless_report_is_refused(
    platform: Platform, unregistered: FakeNode, change: dict[str, object]
) -> None:
    answer = await platform.http.put(
        f"/internal/nodes/{unregistered.id}",
        json=unregistered.report(**change),
        headers=bearer(unregistered.token()),
    )
    assert answer.status_code == 400


async def test_no_node_is_let_in_without_a_service_key(platform: Platform, unregistered: FakeNode) -> None:
    platform.services.service_tokens._secret = None
    answer = await platform.http.put(
        f"/internal/nodes/{unregistered.id}",
        json=unregistered.report(),
        headers=bearer(unregistered.token()),
    )
    assert answer.status_code == 401


async def test_a_report_of_many_events_is_taken(platform: Platform, node: FakeNode) -> None:
    joined = await platform.join("ann")
    event = node.event("peerConnected", joined)
    answer = await platform.http.post(
        f"/internal/nodes/{node.id}/events", json={"events": [event] * 300}, headers=bearer(node.token())
    )
    assert answer.status_code == 204
    assert await platform.presence() == {"ann": "connected"}


async def test_a_report_without_end_is_not(platform: Platform, node: FakeNode) -> None:
    answer = await platform.http.post(
        f"/internal/nodes/{node.id}/events", content=b" " * 1_100_000, headers=bearer(node.token())
    )
    assert answer.status_code == 413


async def test_a_report_that_the_database_is_slow_to_take_is_refused_in_time(
    platform: Platform, node: FakeNode, monkeypatch: pytest.MonkeyPatch
) -> None:
    ann, bob = await platform.join("ann"), await platform.join("bob")
    calls = 0

    async def silent(*_: object) -> None:
        nonlocal calls
        calls += 1
        await asyncio.Event().wait()

    monkeypatch.setattr(platform.services.presence, "_within_seconds", 0.05)
    monkeypatch.setattr(PresenceStore, "mark_connected", silent)
    events = [node.event("peerConnected", joined) for joined in (ann, bob)] * 100
    path = f"/internal/nodes/{node.id}/events"
    async with asyncio.timeout(3):
        answer = await platform.http.post(path, json={"events": events}, headers=bearer(node.token()))
    assert answer.headers["x-ms-error-code"] == "StoreUnavailable"
    assert calls == 2
