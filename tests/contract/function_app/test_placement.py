"""Which node carries a session, until when, and what the node hears of it."""

import aiohttp
import pytest

from parley_protocol.ids import new_id

from .support import FakeNode, Platform, eventually


async def hears_no_more(platform: Platform, node: FakeNode, group: str) -> bool:
    """Whether of two messages, to the group and then to the node itself, only the second arrives."""
    client, kind = platform.services.signalling._client, "application/json"
    assert node.socket
    before = len(node.socket.messages)
    await client.send_to_group(group, {"type": "toTheGroup"}, content_type=kind)
    await client.add_user_to_group("marker", node.id)
    await client.send_to_group("marker", {"type": "marker"}, content_type=kind)
    await eventually(lambda: bool(node.socket and node.socket.of_type("marker")))
    return [message["type"] for message in node.socket.messages[before:]] == ["marker"]


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


async def test_a_session_whose_node_has_no_room_takes_nobody_more_but_lets_who_is_there_come_back(
    platform: Platform, node: FakeNode
) -> None:
    ann = await platform.join("ann")
    await node.tell("peerConnected", ann)
    await node.heartbeat(load={"packetsPerSecond": 0, "peers": 100, "sessions": 1})
    refused = await platform.try_join(await platform.token("bob"))
    assert refused.headers["x-ms-error-code"] == "NoNodeAvailable"
    assert refused.headers["Retry-After"] == "2"
    assert (await platform.try_join(ann["token"])).status_code == 200
    await platform.leave(ann)
    await node.tell("peerLeft", ann, reason="left")
    assert (await platform.try_join(ann["token"])).status_code == 503


async def test_a_session_moves_when_its_node_drains(
    platform: Platform, node: FakeNode, sockets: aiohttp.ClientSession
) -> None:
    ann = await platform.join("ann")
    session = ann["session"]["id"]
    await node.heartbeat(draining=True, sessions=[session])
    other = FakeNode(platform, sockets)
    await other.start()
    again = (await platform.try_join(ann["token"])).json()
    assert again["session"]["id"] == session
    assert again["node"]["id"] == other.id
    group = f"sfu.{session}"
    await platform.services.signalling._client.send_to_group(group, {"type": "hello"}, content_type="application/json")
    await eventually(lambda: bool(other.socket and other.socket.of_type("hello")))
    assert await hears_no_more(platform, node, group)
    assert other.socket
    await other.socket.close()


async def test_a_session_moves_when_its_node_is_dead(
    platform: Platform, node: FakeNode, sockets: aiohttp.ClientSession
) -> None:
    ann = await platform.join("ann")
    platform.lose_lease(node.id)
    other = FakeNode(platform, sockets)
    await other.start()
    again = (await platform.try_join(ann["token"])).json()
    assert again["session"]["id"] == ann["session"]["id"]
    assert again["node"]["id"] == other.id
    assert other.socket
    await other.socket.close()


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


async def test_a_session_that_is_over_is_not_believed_after_a_restart_of_the_control_plane(
    platform: Platform, node: FakeNode
) -> None:
    over, living = new_id("ses"), (await platform.join("ann"))["session"]["id"]
    await platform.process.close()
    for _ in range(2):
        lease = await node.heartbeat(sessions=[over, living])
        assert lease["endedSessions"] == [over]
    assert {one.session for one in await platform.services.controller._sessions.of_node(node.id)} == {living}


async def test_the_heartbeat_ends_a_session_whose_end_the_node_did_not_hear(platform: Platform, node: FakeNode) -> None:
    joined = await platform.join("ann")
    sessions = [joined["session"]["id"]]
    assert (await node.heartbeat(sessions=sessions))["endedSessions"] == []
    assert node.socket
    await node.socket.close()
    await platform.leave(joined)
    platform.clock.advance(61)
    await platform.services.sweep.run()
    assert (await node.heartbeat(sessions=sessions))["endedSessions"] == sessions


async def test_a_heartbeat_about_sessions_that_are_known_asks_the_database_nothing(
    platform: Platform, node: FakeNode
) -> None:
    joined = await platform.join("ann")
    platform.cosmos_server.requests.clear()
    await node.heartbeat(sessions=[joined["session"]["id"]])
    assert platform.cosmos_server.requests == []


async def test_a_node_hears_nothing_more_of_a_session_that_has_ended(platform: Platform, node: FakeNode) -> None:
    joined = await platform.join("ann")
    await platform.leave(joined)
    platform.clock.advance(61)
    await platform.services.sweep.run()
    await eventually(lambda: bool(node.socket and node.socket.of_type("endSession")))
    assert await hears_no_more(platform, node, f"sfu.{joined['session']['id']}")
