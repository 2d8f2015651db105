"""Registration, heartbeats, and the controller's choice of a node."""

from urllib.parse import parse_qs, urlsplit

import aiohttp
import jwt
import pytest

from function_app.errors import SignallingUnavailableError
from function_app.signalling.webpubsub import Signalling
from parley_protocol.addresses import NODE_ROLES
from parley_protocol.ids import new_id

from .support import FakeNode, Platform, bearer, eventually


def claims_of(url: str) -> dict[str, object]:
    token = parse_qs(urlsplit(url).query)["access_token"][0]
    claims: dict[str, object] = jwt.decode(token, options={"verify_signature": False})
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


@pytest.mark.parametrize(
    "more",
    [
        {"draining": True},
        {"load": {"packetsPerSecond": 7000, "peers": 1, "sessions": 1}},
        {"load": {"packetsPerSecond": 1, "peers": 70, "sessions": 1}},
    ],
)
async def test_a_node_that_drains_or_is_full_gets_no_new_session(
    platform: Platform, node: FakeNode, more: dict[str, object]
) -> None:
    await node.heartbeat(**more)
    answer = await platform.try_join(await platform.token("ann"))
    assert answer.json()["error"]["code"] == "NoNodeAvailable"


async def test_a_session_keeps_its_node_though_that_is_full_now(platform: Platform, node: FakeNode) -> None:
    await platform.join("ann")
    await node.heartbeat(load={"packetsPerSecond": 9000, "peers": 90, "sessions": 1})
    assert (await platform.join("bob"))["node"]["id"] == node.id


async def test_a_session_moves_when_its_node_is_dead(
    platform: Platform, node: FakeNode, sockets: aiohttp.ClientSession
) -> None:
    ann = await platform.join("ann")
    nodes = platform.services.controller._nodes
    nodes._nodes.pop(node.id)  # The in-process registry's: as if its lease had run out.
    other = FakeNode(platform, sockets)
    await other.start()
    again = (await platform.try_join(ann["token"])).json()
    assert again["session"]["id"] == ann["session"]["id"]
    assert again["node"]["id"] == other.id
    assert other.socket
    await other.socket.close()


async def test_a_node_that_comes_back_listens_to_its_sessions_again(platform: Platform, node: FakeNode) -> None:
    joined = await platform.join("ann")
    lease = await node.heartbeat(needsSignalling=True)
    assert claims_of(lease["signallingUrl"])["webpubsub.group"] == [f"sfu.{joined['session']['id']}"]


async def test_a_node_that_reports_sessions_is_believed_after_a_restart_of_the_control_plane(
    platform: Platform, node: FakeNode, sockets: aiohttp.ClientSession
) -> None:
    joined = await platform.join("ann")
    await platform.process.close()
    other = FakeNode(platform, sockets)
    await other.start()
    await node.heartbeat(sessions=[joined["session"]["id"]])
    again = await platform.join("bob")
    assert again["node"]["id"] == node.id
    assert other.socket
    await other.socket.close()


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
