"""What the timer looks after: absent people, dead nodes, empty sessions."""

from collections.abc import AsyncIterator

import aiohttp
import pytest

from function_app.errors import SignallingUnavailableError, StoreUnavailableError
from function_app.sessions.documents import ActiveSession
from function_app.signalling.webpubsub import Signalling
from function_app.stores.outcomes import StoreRaceError
from function_app.stores.sessions import SessionStore
from function_app.stores.tenants import TenantStore
from parley_protocol.addresses import node_group
from parley_protocol.errors import LeaveReason
from parley_protocol.ids import new_id
from parley_protocol.signalling import EndSession, SessionEnded

from .support import FakeNode, Platform, Socket, eventually


async def test_somebody_who_never_gets_media_is_marked_left(platform: Platform, node: FakeNode) -> None:
    await platform.join("ann")
    platform.clock.advance(61)
    await platform.services.sweep.run()
    [participant] = await platform.documents("participant")
    assert participant["presence"] == "left"
    assert participant["leaveReason"] == "timedOut"


async def test_somebody_who_is_still_connecting_stays(platform: Platform, node: FakeNode) -> None:
    await platform.join("ann")
    platform.clock.advance(59)
    await platform.services.sweep.run()
    assert await platform.presence() == {"ann": "joining"}


async def test_somebody_with_media_stays(platform: Platform, node: FakeNode) -> None:
    joined = await platform.join("ann")
    await node.tell("peerConnected", joined)
    platform.clock.advance(3600)
    await platform.services.sweep.run()
    assert await platform.presence() == {"ann": "connected"}
    assert len(await platform.documents("activeSession")) == 1


async def test_an_empty_session_ends_after_a_minute_as_of_its_last_leave(platform: Platform, node: FakeNode) -> None:
    joined = await platform.join("ann")
    await platform.leave(joined)
    [participant] = await platform.documents("participant")
    platform.clock.advance(61)
    await platform.services.sweep.run()
    [session] = await platform.documents("session")
    assert session["endedOn"] == participant["presenceSince"]
    assert await platform.documents("activeSession") == []
    kinds = [event["kind"] for event in await platform.documents("event")]
    assert kinds == ["meeting.created", "session.started", "session.ended"]


async def test_a_reload_finds_the_same_session(platform: Platform, node: FakeNode) -> None:
    joined = await platform.join("ann")
    await platform.leave(joined)
    platform.clock.advance(50)
    await platform.services.sweep.run()
    again = (await platform.try_join(joined["token"])).json()
    assert again["session"]["id"] == joined["session"]["id"]


async def test_the_next_join_after_the_end_starts_another_session(platform: Platform, node: FakeNode) -> None:
    joined = await platform.join("ann")
    await platform.leave(joined)
    platform.clock.advance(61)
    await platform.services.sweep.run()
    again = (await platform.try_join(joined["usedToken"])).json()
    assert again["session"]["id"] != joined["session"]["id"]


async def test_a_session_is_not_ended_under_somebody_who_is_coming_in(platform: Platform, node: FakeNode) -> None:
    joined = await platform.join("ann")
    await platform.leave(joined)
    sessions = SessionStore(platform.store.container("meetings"))
    [seen_empty] = [active async for active in sessions.all_active(platform.tenant)]
    await platform.join("bob")
    with pytest.raises(StoreRaceError):
        await platform.services.ending.end_empty(seen_empty, platform.clock(), platform.clock())
    assert len(await platform.documents("activeSession")) == 1
    group, marker = node_group(joined["session"]["id"]), EndSession(session=new_id("ses"), reason=LeaveReason.ENDED)
    await platform.services.signalling.send(group, marker)
    await eventually(lambda: bool(node.socket and node.socket.of_type("endSession")))
    assert node.socket
    assert [message["session"] for message in node.socket.of_type("endSession")] == [marker.session]


async def test_the_end_of_a_session_is_told_to_the_node(platform: Platform, node: FakeNode) -> None:
    joined = await platform.join("ann")
    await platform.leave(joined)
    platform.clock.advance(61)
    await platform.services.sweep.run()
    await eventually(lambda: bool(node.socket and node.socket.of_type("endSession")))
    assert node.socket
    assert node.socket.of_type("endSession")[0]["session"] == joined["session"]["id"]


async def test_each_of_the_people_on_a_dead_node_is_told_to_move(
    platform: Platform, node: FakeNode, sockets: aiohttp.ClientSession
) -> None:
    joined = await platform.join("ann")
    await node.tell("peerConnected", joined)
    client = Socket(joined["signalling"]["url"], sockets)
    await client.open()
    platform.lose_lease(node.id)
    await platform.services.sweep.run()
    assert await platform.presence() == {"ann": "connected"}
    platform.clock.advance(30)
    await platform.services.sweep.run()
    await eventually(lambda: bool(client.of_type("move")))
    [message] = client.of_type("move")
    assert (message["group"], message["reason"]) == (f"p.{joined['participant']['id']}", "nodeLost")
    assert await platform.presence() == {"ann": "left"}
    await client.close()


async def test_a_restart_of_the_control_plane_moves_nobody(platform: Platform, node: FakeNode) -> None:
    joined = await platform.join("ann")
    await node.tell("peerConnected", joined)
    await platform.process.close()
    await platform.services.sweep.run()
    await node.heartbeat(sessions=[joined["session"]["id"]])
    platform.clock.advance(30)
    await platform.services.sweep.run()
    assert await platform.presence() == {"ann": "connected"}


async def test_one_session_that_cannot_be_swept_does_not_stop_the_others(platform: Platform, node: FakeNode) -> None:
    await platform.put_meeting("broken")
    broken = await platform.join("ann", "broken")
    await platform.join("bob")
    container = platform.store.container("meetings")
    key = (platform.tenant, "broken")
    [participant] = await platform.documents("participant", "broken")
    await container.patch(key, participant["id"], [{"op": "set", "path": "/presence", "value": "nonsense"}])
    platform.clock.advance(61)
    await platform.services.sweep.run()
    assert await platform.presence() == {"bob": "left"}
    assert broken["session"]["id"]


async def test_one_tenant_that_cannot_be_swept_does_not_stop_the_others(
    platform: Platform, node: FakeNode, monkeypatch: pytest.MonkeyPatch
) -> None:
    await platform.join("ann")
    broken, last = new_id("ten"), platform.tenant
    all_active = SessionStore.all_active

    async def ids(_: TenantStore) -> list[str]:
        return [broken, last]

    async def all_active_but_of_one(store: SessionStore, tenant: str) -> AsyncIterator[ActiveSession]:
        if tenant == broken:
            raise StoreUnavailableError
        async for active in all_active(store, tenant):
            yield active

    monkeypatch.setattr(TenantStore, "ids", ids)
    monkeypatch.setattr(SessionStore, "all_active", all_active_but_of_one)
    platform.clock.advance(61)
    await platform.services.sweep.run()
    assert await platform.presence() == {"ann": "left"}


async def test_somebody_with_media_stays_though_a_newer_peer_never_reaches_the_node(
    platform: Platform, node: FakeNode
) -> None:
    first = await platform.join("ann")
    await node.tell("peerConnected", first)
    await platform.try_join(first["token"])
    assert await platform.presence() == {"ann": "connected"}
    platform.clock.advance(3600)
    for _ in range(2):
        await platform.services.sweep.run()
    assert await platform.presence() == {"ann": "connected"}
    await node.tell("peerLeft", first, reason="left")
    assert await platform.presence() == {"ann": "left"}


async def test_somebody_whose_newer_peer_took_over_and_got_no_media_is_marked_left(
    platform: Platform, node: FakeNode
) -> None:
    first = await platform.join("ann")
    await node.tell("peerConnected", first)
    await platform.try_join(first["token"])
    await node.tell("peerLeft", first, reason="replaced")
    assert await platform.presence() == {"ann": "joining"}
    platform.clock.advance(61)
    await platform.services.sweep.run()
    assert await platform.presence() == {"ann": "left"}


async def test_somebody_on_the_way_from_a_dead_node_is_not_told_to_move_again(
    platform: Platform, node: FakeNode, sockets: aiohttp.ClientSession
) -> None:
    joined = await platform.join("ann")
    await node.tell("peerConnected", joined)
    client = Socket(joined["signalling"]["url"], sockets)
    await client.open()
    platform.lose_lease(node.id)
    await platform.services.sweep.run()
    other = FakeNode(platform, sockets)
    await other.start()
    again = (await platform.try_join(joined["token"])).json()
    platform.clock.advance(30)
    await platform.services.sweep.run()
    await platform.services.signalling.send(
        f"p.{joined['participant']['id']}", SessionEnded(session=new_id("ses"), reason=LeaveReason.ENDED)
    )
    await eventually(lambda: bool(client.of_type("ended")))
    assert client.of_type("move") == []
    await other.tell("peerConnected", again)
    assert await platform.presence() == {"ann": "connected"}
    assert other.socket
    await other.socket.close()
    await client.close()


async def test_the_session_of_a_deleted_meeting_ends_though_the_change_feed_lost_the_news(
    platform: Platform, node: FakeNode
) -> None:
    joined = await platform.join("ann")
    await node.tell("peerConnected", joined)
    await platform.call("DELETE", "/meetings/demo")
    await platform.services.sweep.run()
    assert await platform.documents("activeSession") == []
    await eventually(lambda: bool(node.socket and node.socket.of_type("endSession")))


async def test_the_session_of_a_meeting_that_was_made_anew_ends_and_nobody_joins_it_before(
    platform: Platform, node: FakeNode
) -> None:
    old = await platform.join("ann")
    platform.clock.advance(1)
    await platform.call("DELETE", "/meetings/demo")
    await platform.put_meeting("demo")
    token = await platform.token("bob")
    assert (await platform.try_join(token)).headers["x-ms-error-code"] == "StoreUnavailable"
    await platform.services.sweep.run()
    new = (await platform.try_join(token)).json()
    assert new["session"]["id"] != old["session"]["id"]


async def test_a_session_of_which_only_the_end_was_written_down_is_taken_from_its_node(
    platform: Platform, node: FakeNode, monkeypatch: pytest.MonkeyPatch
) -> None:
    joined = await platform.join("ann")
    sessions = [joined["session"]["id"]]
    await platform.leave(joined)
    platform.clock.advance(61)

    async def away(*_: object) -> None:
        raise SignallingUnavailableError

    with monkeypatch.context() as outage:
        outage.setattr(Signalling, "send", away)
        await platform.services.sweep.run()
    assert (await node.heartbeat(sessions=sessions))["endedSessions"] == []
    await platform.services.sweep.run()
    assert (await node.heartbeat(sessions=sessions))["endedSessions"] == sessions


async def test_a_session_that_is_about_to_be_written_down_keeps_its_node(platform: Platform, node: FakeNode) -> None:
    starting = new_id("ses")
    await platform.services.controller.place(starting)
    await platform.services.sweep.run()
    assert await platform.services.controller.assigned() == {starting}


async def test_more_sessions_than_a_page_are_all_swept_and_an_unreadable_one_is_passed_over(
    platform: Platform, node: FakeNode, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("function_app.stores.sessions._PAGE_SIZE", 2)
    meetings = [f"meeting-{number}" for number in range(5)]
    for meeting in meetings:
        await platform.put_meeting(meeting)
        await platform.join("ann", meeting)
    container = platform.store.container("meetings")
    nonsense = [{"op": "set", "path": "/startedOn", "value": "nonsense"}]
    await container.patch((platform.tenant, meetings[0]), "activeSession", nonsense)
    platform.clock.advance(61)
    await platform.services.sweep.run()
    presences = [(await platform.presence(meeting))["ann"] for meeting in meetings]
    assert presences == ["joining", "left", "left", "left", "left"]
