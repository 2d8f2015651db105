"""Leaving: by the client, and by what the node reports."""

import asyncio

import aiohttp
import pytest

from function_app.errors import StoreUnavailableError
from function_app.stores.presence import PeerOfSession, PresenceStore
from parley_protocol.ids import new_id

from .support import FakeNode, Platform, bearer, eventually


async def test_leaving_marks_the_participant_and_tells_the_node(platform: Platform, node: FakeNode) -> None:
    joined = await platform.join("ann")
    answer = await platform.leave(joined)
    assert answer.status_code == 204
    assert await platform.presence() == {"ann": "left"}
    await eventually(lambda: bool(node.socket and node.socket.of_type("removePeer")))
    assert node.socket
    [message] = node.socket.of_type("removePeer")
    assert message["participant"] == joined["participant"]["id"]
    assert message["peer"] == joined["peer"]
    assert message["reason"] == "left"
    assert "fromUserId" not in message


async def test_leaving_twice_is_leaving_once(platform: Platform, node: FakeNode) -> None:
    joined = await platform.join("ann")
    assert (await platform.leave(joined)).status_code == 204
    assert (await platform.leave(joined)).status_code == 204


async def test_the_late_farewell_of_a_reloaded_page_does_not_remove_the_new_one(
    platform: Platform, node: FakeNode
) -> None:
    old = await platform.join("ann")
    await node.tell("peerConnected", old)
    await platform.try_join(old["token"])
    assert (await platform.leave(old)).status_code == 204
    assert await platform.presence() == {"ann": "connected"}


async def test_a_new_page_that_gives_up_before_it_has_media_does_not_remove_the_old_one(
    platform: Platform, node: FakeNode
) -> None:
    old = await platform.join("ann")
    await node.tell("peerConnected", old)
    new = (await platform.try_join(old["token"])).json()
    assert (await platform.leave(new)).status_code == 204
    assert await platform.presence() == {"ann": "connected"}


async def test_somebody_else_cannot_be_made_to_leave(platform: Platform, node: FakeNode) -> None:
    ann, bob = await platform.join("ann"), await platform.join("bob")
    path = f"/sessions/{ann['session']['id']}:leave"
    await platform.http.post(path, json={"peer": ann["peer"]}, headers=bearer(bob["token"]))
    assert await platform.presence() == {"ann": "joining", "bob": "joining"}


async def test_a_session_that_never_was_can_be_left(platform: Platform, node: FakeNode) -> None:
    joined = await platform.join("ann")
    path = f"/sessions/{new_id('ses')}:leave"
    answer = await platform.http.post(path, json={"peer": joined["peer"]}, headers=bearer(joined["token"]))
    assert answer.status_code == 204


@pytest.mark.parametrize("body", [{}, {"peer": "nobody"}, {"peer": 7}, {"peer": None}, []])
async def test_leaving_needs_a_peer(platform: Platform, node: FakeNode, body: object) -> None:
    joined = await platform.join("ann")
    path = f"/sessions/{joined['session']['id']}:leave"
    answer = await platform.http.post(path, json=body, headers=bearer(joined["token"]))
    assert answer.status_code == 400
    assert answer.json()["error"]["code"] == "InvalidRequest"


async def test_the_node_reports_a_peer_connected_and_left(platform: Platform, node: FakeNode) -> None:
    joined = await platform.join("ann")
    assert (await node.tell("peerConnected", joined)).status_code == 204
    assert await platform.presence() == {"ann": "connected"}
    await node.tell("peerLeft", joined, reason="timedOut")
    [participant] = await platform.documents("participant")
    assert participant["presence"] == "left"
    assert participant["leaveReason"] == "timedOut"


async def test_reports_may_come_twice(platform: Platform, node: FakeNode) -> None:
    joined = await platform.join("ann")
    for _ in range(2):
        await node.tell("peerConnected", joined)
    for _ in range(2):
        assert (await node.tell("peerLeft", joined, reason="left")).status_code == 204
    await node.tell("peerConnected", joined)
    assert await platform.presence() == {"ann": "left"}


async def test_a_replaced_peer_is_not_a_participant_gone(platform: Platform, node: FakeNode) -> None:
    first = await platform.join("ann")
    second = (await platform.try_join(first["token"])).json()
    await node.tell("peerConnected", second)
    await node.tell("peerLeft", first, reason="replaced")
    assert await platform.presence() == {"ann": "connected"}


async def test_the_node_decides_which_of_two_peers_is_the_newest(platform: Platform, node: FakeNode) -> None:
    first = await platform.join("ann")
    await platform.try_join(first["token"])
    await node.tell("peerConnected", first)
    await node.tell("peerLeft", first, reason="left")
    assert await platform.presence() == {"ann": "left"}


async def test_a_reload_goes_from_the_old_peer_to_the_new(platform: Platform, node: FakeNode) -> None:
    old = await platform.join("ann")
    await node.tell("peerConnected", old)
    new = (await platform.try_join(old["token"])).json()
    seen = []
    for kind, peer, more in (
        ("peerLeft", old, {"reason": "replaced"}),
        ("peerConnected", new, {}),
        ("peerLeft", old, {"reason": "replaced"}),
        ("peerLeft", new, {"reason": "dtlsFailed"}),
    ):
        await node.tell(kind, peer, **more)
        seen.append((await platform.presence())["ann"])
    assert seen == ["joining", "connected", "connected", "left"]


async def test_another_node_cannot_speak_of_the_peer(
    platform: Platform, node: FakeNode, sockets: aiohttp.ClientSession
) -> None:
    joined = await platform.join("ann")
    stranger = FakeNode(platform, sockets)
    await stranger.tell("peerConnected", joined)
    await stranger.tell("peerLeft", joined, reason="left")
    assert await platform.presence() == {"ann": "joining"}


@pytest.mark.parametrize(
    "lie",
    [{"tenant": new_id("ten")}, {"meeting": "another"}, {"session": new_id("ses")}, {"participant": new_id("par")}],
)
async def test_what_is_told_of_a_peer_elsewhere_changes_nothing(
    platform: Platform, node: FakeNode, lie: dict[str, str]
) -> None:
    joined = await platform.join("ann")
    assert (await node.tell("peerConnected", joined, **lie)).status_code == 204
    assert (await node.tell("peerLeft", joined, reason="left", **lie)).status_code == 204
    assert await platform.presence() == {"ann": "joining"}


async def test_a_report_that_fails_is_over_when_the_node_hears_of_it(
    platform: Platform, node: FakeNode, monkeypatch: pytest.MonkeyPatch
) -> None:
    ann, bob = await platform.join("ann"), await platform.join("bob")
    ended: list[str] = []

    async def slow_or_broken(_: object, peer: PeerOfSession, *__: object) -> None:
        if peer.id == ann["peer"]:
            raise StoreUnavailableError
        await asyncio.sleep(0.05)
        ended.append(peer.id)

    monkeypatch.setattr(PresenceStore, "mark_connected", slow_or_broken)
    events = [node.event("peerConnected", joined) for joined in (ann, bob)]
    answer = await platform.http.post(
        f"/internal/nodes/{node.id}/events", json={"events": events}, headers=bearer(node.token())
    )
    assert answer.status_code == 503
    assert ended == [bob["peer"]]


async def test_events_are_understood_after_a_restart_of_the_control_plane(platform: Platform, node: FakeNode) -> None:
    joined = await platform.join("ann")
    await platform.process.close()
    await node.tell("peerConnected", joined)
    assert await platform.presence() == {"ann": "connected"}
