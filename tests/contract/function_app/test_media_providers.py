"""What every media provider keeps, and what is each one's own: the real clients against stand-ins of the services."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import aiohttp
import httpx
import jwt
import pytest
from azure.communication.rooms.aio import RoomsClient
from azure.core.credentials import AzureKeyCredential
from azure.core.exceptions import HttpResponseError

from local_azure.acs import AcsStandIn
from tests.support.livekit import LiveKitStandIn

from .support import FakeNode, Platform, Server, Socket, bearer, eventually, running_platform

ACS_KEY = base64.b64encode(b"an access key of acs, for the tests only").decode()
LIVEKIT_KEY = "livekit-key"
LIVEKIT_SECRET = "a-livekit-secret-for-the-tests-only-12345"
ALL = ("sfu", "acs", "livekit")
ELSEWHERE = ("acs", "livekit")


@dataclass
class World:
    """The platform with all three providers behind it, and a meeting at one of them."""

    platform: Platform
    acs: AcsStandIn
    livekit: LiveKitStandIn
    node: FakeNode
    servers: dict[str, Server]

    async def hold_at(self, provider: str | None, meeting: str = "demo") -> None:
        settings: dict[str, Any] = {} if provider is None else {"mediaProvider": provider}
        answer = await self.platform.call("PUT", f"/meetings/{meeting}", json={"title": "Weekly", "settings": settings})
        assert answer.status_code in (200, 201), answer.text

    async def open_rooms(self, provider: str) -> set[str]:
        """The provider's own names of the sessions that it carries."""
        match provider:
            case "acs":
                return set(self.acs.rooms.by_id)
            case "livekit":
                return set(self.livekit.rooms)
        return await self.platform.services.controller.assigned()

    def room_of(self, joined: dict[str, Any]) -> str:
        match joined["provider"]:
            case "acs":
                return str(joined["acs"]["roomId"])
            case "livekit":
                return str(joined["livekit"]["room"])
        claims = jwt.decode(joined["mediaGrant"], options={"verify_signature": False})
        return str(claims["session"])

    def identity_of(self, joined: dict[str, Any]) -> str:
        """Who the participant is to the provider."""
        match joined["provider"]:
            case "acs":
                return str(joined["acs"]["userId"])
            case "livekit":
                return str(self.livekit_claims(joined)["sub"])
        return str(jwt.decode(joined["mediaGrant"], options={"verify_signature": False})["sub"])

    def is_in_room(self, joined: dict[str, Any]) -> bool:
        """Whether the provider lets the participant be in its session's room."""
        room, identity = self.room_of(joined), self.identity_of(joined)
        if joined["provider"] == "acs":
            return identity in self.acs.rooms.by_id[room].members and identity not in self.acs.identities.revoked
        return (room, identity) not in self.livekit.expelled

    def may_publish(self, joined: dict[str, Any]) -> bool:
        match joined["provider"]:
            case "acs":
                members = self.acs.rooms.by_id[joined["acs"]["roomId"]].members
                return members[joined["acs"]["userId"]] != "Consumer"
            case "livekit":
                return bool(self.livekit_claims(joined)["video"]["canPublish"])
        claims = jwt.decode(joined["mediaGrant"], options={"verify_signature": False})
        return bool(claims["grants"]["publish"])

    def livekit_claims(self, joined: dict[str, Any]) -> dict[str, Any]:
        token = joined["livekit"]["accessToken"]
        claims: dict[str, Any] = jwt.decode(token, LIVEKIT_SECRET, algorithms=["HS256"], issuer=LIVEKIT_KEY)
        return claims

    async def take_away(self, provider: str) -> None:
        if provider == "sfu":
            assert self.node.socket
            await self.node.heartbeat(draining=True)
        else:
            await self.servers[provider].stop()


@pytest.fixture
async def world(tmp_path: Path, sockets: aiohttp.ClientSession) -> AsyncIterator[World]:
    acs, livekit = AcsStandIn(ACS_KEY), LiveKitStandIn(LIVEKIT_KEY, LIVEKIT_SECRET)
    servers = {"acs": Server(acs.app), "livekit": Server(livekit.app)}
    for server in servers.values():
        await server.start()
    settings: dict[str, Any] = {
        "acs_endpoint": servers["acs"].origin,
        "acs_key": ACS_KEY,
        "livekit_url": servers["livekit"].origin,
        "livekit_api_key": LIVEKIT_KEY,
        "livekit_api_secret": LIVEKIT_SECRET,
    }
    async with running_platform(tmp_path, **settings) as platform:
        node = FakeNode(platform, sockets)
        await node.start()
        yield World(platform, acs, livekit, node, servers)
        assert node.socket
        await node.socket.close()
    for server in servers.values():
        await server.stop()


@pytest.mark.parametrize("provider", ALL)
async def test_people_of_one_session_meet_in_one_room_of_its_provider(world: World, provider: str) -> None:
    await world.hold_at(provider)
    ann, ben = await world.platform.join("ann"), await world.platform.join("ben")
    assert ann["provider"] == ben["provider"] == provider
    assert ann["session"]["id"] == ben["session"]["id"]
    assert {world.room_of(ann), world.room_of(ben)} == await world.open_rooms(provider)
    assert world.identity_of(ann) != world.identity_of(ben)


@pytest.mark.parametrize("provider", ALL)
async def test_who_comes_back_is_the_same_to_the_provider(world: World, provider: str) -> None:
    await world.hold_at(provider)
    first, again = await world.platform.join("ann"), await world.platform.join("ann")
    assert world.identity_of(again) == world.identity_of(first)
    assert world.room_of(again) == world.room_of(first)


@pytest.mark.parametrize("provider", ALL)
async def test_a_viewer_may_publish_nothing_and_an_attendee_may(world: World, provider: str) -> None:
    await world.hold_at(provider)
    assert not world.may_publish(await world.platform.join("vic", role="viewer"))
    assert world.may_publish(await world.platform.join("ann", role="attendee"))


@pytest.mark.parametrize("provider", ALL)
async def test_a_session_stays_at_the_provider_where_it_began(world: World, provider: str) -> None:
    await world.hold_at(provider)
    ann = await world.platform.join("ann")
    await world.hold_at("livekit" if provider != "livekit" else "acs")
    ben = await world.platform.join("ben")
    assert (ben["provider"], world.room_of(ben)) == (provider, world.room_of(ann))


@pytest.mark.parametrize("provider", ALL)
async def test_the_end_of_a_session_closes_its_room(world: World, provider: str) -> None:
    await world.hold_at(provider)
    await world.platform.join("ann")
    assert (await world.platform.call("POST", "/meetings/demo:end")).status_code == 200
    assert await world.open_rooms(provider) == set()
    # And the next session has one of its own.
    assert {world.room_of(await world.platform.join("ann"))} == await world.open_rooms(provider)


@pytest.mark.parametrize("provider", ELSEWHERE)
async def test_who_is_removed_is_out_of_the_providers_room_too(world: World, provider: str) -> None:
    await world.hold_at(provider)
    ann, ben = await world.platform.join("ann"), await world.platform.join("ben")
    path = f"/sessions/{ann['session']['id']}/participants/{ann['participant']['id']}:remove"
    await world.take_away(provider)
    assert (await world.platform.call("POST", path)).json()["error"]["code"] == "MediaProviderUnavailable"
    await world.servers[provider].start()
    for _ in range(2):
        assert (await world.platform.call("POST", path)).status_code == 204
    assert world.is_in_room(ben)
    assert not world.is_in_room(ann)
    if provider == "acs":  # Else the token would open a call for as long as it lives.
        assert world.identity_of(ann) in world.acs.identities.revoked


@pytest.mark.parametrize("provider", ELSEWHERE)
async def test_who_is_moved_changes_from_room_to_room_of_the_provider(
    world: World, provider: str, sockets: aiohttp.ClientSession
) -> None:
    await world.hold_at(provider)
    content = {"title": "Room 1", "settings": {"mediaProvider": provider}}
    assert (await world.platform.call("PUT", "/meetings/room-1", json=content)).is_success
    ann = await world.platform.join("ann")
    socket = Socket(ann["signalling"]["url"], sockets)
    await socket.open()
    path = f"/sessions/{ann['session']['id']}/participants/{ann['participant']['id']}:move"
    await world.take_away(provider)
    broken = await world.platform.call("POST", path, json={"meeting": "room-1"})
    assert broken.json()["error"]["code"] == "MediaProviderUnavailable"
    await eventually(lambda: bool(socket.of_type("moved")))
    await socket.close()
    await world.servers[provider].start()
    assert world.is_in_room(ann)
    assert (await world.platform.call("POST", path, json={"meeting": "room-1"})).status_code == 204
    assert not world.is_in_room(ann)
    arrived = (await world.platform.try_join(socket.of_type("moved")[0]["token"])).json()
    assert world.is_in_room(arrived)
    assert world.room_of(arrived) != world.room_of(ann)


@pytest.mark.parametrize("provider", ALL)
async def test_a_provider_that_is_away_is_answered_with_503(world: World, provider: str) -> None:
    await world.hold_at(provider)
    await world.take_away(provider)
    answer = await world.platform.try_join(await world.platform.token("ann"))
    assert answer.status_code == 503
    assert answer.json()["error"]["code"] in ("NoNodeAvailable", "MediaProviderUnavailable")
    assert "Retry-After" in answer.headers


@pytest.mark.parametrize("provider", ALL)
async def test_first_joins_at_once_leave_one_room(world: World, provider: str) -> None:
    await world.hold_at(provider)
    everybody = await asyncio.gather(*(world.platform.join(f"user{number}") for number in range(4)))
    for _ in range(2):  # It takes away what never began, where that costs nobody anything.
        await world.platform.services.sweep.run()
    assert {world.room_of(joined) for joined in everybody} == await world.open_rooms(provider)
    assert len(await world.open_rooms(provider)) == 1


@pytest.mark.parametrize("provider", ALL)
async def test_a_meeting_that_does_not_choose_is_held_where_its_tenant_says(world: World, provider: str) -> None:
    await world.hold_at(None)
    answer = await world.platform.call("PATCH", "/tenants/me", json={"defaultMediaProvider": provider})
    assert answer.status_code == 200, answer.text
    assert (await world.platform.join("ann"))["provider"] == provider


@pytest.mark.parametrize("provider", ELSEWHERE)
async def test_elsewhere_presence_follows_the_signalling_connection(
    world: World, sockets: aiohttp.ClientSession, provider: str
) -> None:
    await world.hold_at(provider)
    ann = await world.platform.join("ann")
    tab, reloaded = Socket(ann["signalling"]["url"], sockets), Socket(ann["signalling"]["url"], sockets)

    def presence_is(wanted: str) -> Callable[[], Any]:
        async def holds() -> bool:
            return (await world.platform.presence())["ann"] == wanted

        return holds

    assert (await world.platform.presence())["ann"] == "joining"
    await tab.open()
    await eventually(presence_is("connected"))
    await reloaded.open()
    await tab.close()
    await world.platform.services.sweep.run()
    assert (await world.platform.presence())["ann"] == "connected"
    await reloaded.close()
    await eventually(presence_is("left"))


@pytest.mark.parametrize("provider", ELSEWHERE)
async def test_elsewhere_a_session_ends_when_its_room_would(world: World, provider: str) -> None:
    await world.hold_at(provider)
    await world.platform.join("ann")
    world.platform.clock.advance(timedelta(hours=23, minutes=59).total_seconds())
    await world.platform.services.sweep.run()
    assert len(await world.platform.documents("activeSession")) == 1
    world.platform.clock.advance(120)
    await world.platform.services.sweep.run()
    assert await world.platform.documents("activeSession") == []
    assert await world.open_rooms(provider) == set()


@pytest.mark.parametrize("provider", ELSEWHERE)
async def test_elsewhere_there_is_no_whip(world: World, provider: str) -> None:
    await world.hold_at(provider)
    headers = {**bearer(await world.platform.token("obs")), "Content-Type": "application/sdp"}
    answer = await world.platform.http.post("/whip/demo", content="v=0", headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (409, "WhipNotSupported")


@pytest.mark.parametrize("provider", ELSEWHERE)
async def test_a_provider_that_is_not_set_up_is_told_by_its_code(platform: Platform, provider: str) -> None:
    body = {"title": "Weekly", "settings": {"mediaProvider": provider}}
    assert (await platform.call("PUT", "/meetings/demo", json=body)).status_code == 200
    answer = await platform.try_join(await platform.token("ann"))
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "MediaProviderNotConfigured")


async def test_an_acs_room_is_valid_for_a_day_and_knows_the_roles(world: World) -> None:
    await world.hold_at("acs")
    roles = {}
    for role in ("host", "attendee", "viewer"):
        joined = await world.platform.join(role, role=role)
        room = world.acs.rooms.by_id[world.room_of(joined)]
        roles[role] = room.members[world.identity_of(joined)]
        assert room.valid_until - room.valid_from == timedelta(hours=24)
        assert "voip.join" in joined["acs"]["userToken"]
    assert roles == {"host": "Presenter", "attendee": "Presenter", "viewer": "Consumer"}


async def test_who_may_not_share_a_screen_is_an_acs_attendee(world: World) -> None:
    settings: dict[str, Any] = {"mediaProvider": "acs", "mayShare": "hosts"}
    await world.platform.call("PUT", "/meetings/demo", json={"title": "Weekly", "settings": settings})
    joined = await world.platform.join("ann")
    assert world.acs.rooms.by_id[world.room_of(joined)].members[world.identity_of(joined)] == "Attendee"


async def test_a_livekit_token_carries_the_grants_for_its_room_alone(world: World) -> None:
    settings: dict[str, Any] = {"mediaProvider": "livekit", "mayShare": "hosts", "mayChat": "hosts"}
    await world.platform.call("PUT", "/meetings/demo", json={"title": "Weekly", "settings": settings})
    joined = await world.platform.join("ann")
    claims = world.livekit_claims(joined)
    assert claims["sub"] == joined["participant"]["id"]
    assert claims["name"] == "Ann"
    video = claims["video"]
    assert set(video.pop("canPublishSources")) == {"camera", "microphone"}
    may = {"roomJoin": True, "canPublish": True, "canSubscribe": True, "canPublishData": False}
    assert video == {**may, "room": joined["session"]["id"]}


async def test_the_acs_stand_in_refuses_a_wrong_key(world: World) -> None:
    key = AzureKeyCredential(base64.b64encode(b"another key").decode())
    async with RoomsClient(world.servers["acs"].origin, key) as rooms:
        with pytest.raises(HttpResponseError) as refusal:
            await rooms.create_room()
    assert refusal.value.status_code == 401


async def test_the_acs_stand_in_refuses_an_unsigned_request(world: World) -> None:
    async with httpx.AsyncClient() as http:
        answer = await http.post(f"{world.servers['acs'].origin}/rooms", json={})
    assert answer.status_code == 401
