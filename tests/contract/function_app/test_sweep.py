"""What the timer looks after: absent people, dead nodes, empty sessions."""

import aiohttp
import pytest

from function_app.errors import StoreUnavailableError
from function_app.sessions.documents import ActiveSession
from function_app.stores.outcomes import StoreRaceError
from function_app.stores.sessions import SessionStore
from function_app.stores.tenants import TenantStore
from parley_protocol.ids import new_id

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
    assert kinds == ["meetingCreated", "sessionStarted", "sessionEnded"]


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
    [seen_empty] = await sessions.all_active(platform.tenant)
    await platform.join("bob")
    with pytest.raises(StoreRaceError):
        await platform.services.ending.end_empty(seen_empty, platform.clock(), platform.clock())
    assert len(await platform.documents("activeSession")) == 1
    assert node.socket
    assert node.socket.of_type("endSession") == []


async def test_the_end_of_a_session_is_told_to_the_node(platform: Platform, node: FakeNode) -> None:
    joined = await platform.join("ann")
    await platform.leave(joined)
    platform.clock.advance(61)
    await platform.services.sweep.run()
    await eventually(lambda: bool(node.socket and node.socket.of_type("endSession")))
    assert node.socket
    assert node.socket.of_type("endSession")[0]["session"] == joined["session"]["id"]


async def test_people_on_a_dead_node_are_told_to_move(
    platform: Platform, node: FakeNode, sockets: aiohttp.ClientSession
) -> None:
    joined = await platform.join("ann")
    await node.tell("peerConnected", joined)
    client = Socket(joined["signalling"]["url"], sockets)
    await client.open()
    nodes = platform.services.controller._nodes
    nodes._nodes.pop(node.id)  # The in-process registry's: as if its lease had run out.
    await platform.services.sweep.run()
    assert await platform.presence() == {"ann": "connected"}
    platform.clock.advance(30)
    await platform.services.sweep.run()
    await eventually(lambda: bool(client.of_type("move")))
    assert client.of_type("move")[0]["reason"] == "nodeLost"
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

    async def all_active_but_of_one(store: SessionStore, tenant: str) -> list[ActiveSession]:
        if tenant == broken:
            raise StoreUnavailableError
        return await all_active(store, tenant)

    monkeypatch.setattr(TenantStore, "ids", ids)
    monkeypatch.setattr(SessionStore, "all_active", all_active_but_of_one)
    platform.clock.advance(61)
    await platform.services.sweep.run()
    assert await platform.presence() == {"ann": "left"}
