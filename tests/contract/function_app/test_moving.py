"""Moving somebody from a live session into another meeting of the tenant, and back."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import aiohttp
import httpx
import pytest

from function_app.stores.documents import MeetingKey

from .support import FakeNode, Platform, Socket, add_tenant, bearer, eventually

ROOM = "room-1"


@dataclass
class Guest:
    """Somebody in the demo meeting, with an open signalling connection."""

    platform: Platform
    joined: dict[str, Any]
    socket: Socket

    async def move(self, credential: dict[str, str] | None = None, **body: Any) -> httpx.Response:
        path = f"/sessions/{self.joined['session']['id']}/participants/{self.joined['participant']['id']}:move"
        headers = credential or self.platform.key_header
        return await self.platform.http.post(path, json={"meeting": ROOM, **body}, headers=headers)

    async def token(self) -> str:
        """The token that the guest was sent."""
        await eventually(lambda: bool(self.socket.of_type("moved")))
        return str(self.socket.of_type("moved")[-1]["token"])


@pytest.fixture
async def guest(platform: Platform, node: FakeNode, sockets: aiohttp.ClientSession) -> AsyncIterator[Guest]:
    await breakout(platform)
    joined = await platform.join("gus", role="presenter")
    socket = Socket(joined["signalling"]["url"], sockets)
    await socket.open()
    await node.tell("peerConnected", joined)
    yield Guest(platform, joined, socket)
    await socket.close()


async def breakout(platform: Platform, meeting: str = ROOM, **settings: Any) -> None:
    content = {"title": "Room 1", "settings": {"breakoutOf": "demo", **settings}}
    assert (await platform.call("PUT", f"/meetings/{meeting}", json=content)).is_success


def code_of(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]["code"]


async def test_who_is_moved_is_told_where_and_joins_there_as_the_same_person(
    platform: Platform, node: FakeNode, guest: Guest
) -> None:
    host = await platform.join("hilda", role="host")
    assert (await guest.move(bearer(host["token"]))).status_code == 204
    token = await guest.token()
    [moved] = guest.socket.of_type("moved")
    assert (moved["meeting"], moved["title"]) == (ROOM, "Room 1")
    arrived = (await platform.try_join(token)).json()
    assert arrived["session"]["meeting"] == ROOM
    assert (arrived["participant"]["name"], arrived["participant"]["role"]) == ("Gus", "presenter")
    assert (await platform.presence())["gus"] == "left"
    await eventually(lambda: bool(node.socket and node.socket.of_type("removePeer")))
    assert node.socket
    assert [message["reason"] for message in node.socket.of_type("removePeer")] == ["moved"]
    [left] = [one for one in await platform.documents("event") if one["kind"] == "participant.left"]
    assert (left["data"]["user"], left["data"]["reason"]) == ("gus", "moved")
    [entry] = (await platform.call("GET", "/tenants/me/auditLog")).json()["value"][:1]
    assert (entry["action"], entry["actor"]["id"]) == ("moveParticipant", host["participant"]["id"])


async def test_neither_lock_nor_lobby_nor_schedule_keeps_out_who_is_moved_and_only_once(
    platform: Platform, guest: Guest
) -> None:
    past = {"timeZone": "Etc/UTC", "startsOn": "2020-01-01T10:00:00", "durationMinutes": 30}
    settings = {"lobby": True, "locked": True, "breakoutOf": "demo"}
    content = {"title": "Room 1", "settings": settings, "schedule": past}
    assert (await platform.call("PUT", f"/meetings/{ROOM}", json=content)).is_success
    assert (await guest.move()).status_code == 204
    arrived = (await platform.try_join(await guest.token())).json()
    assert (await platform.try_join(arrived["token"])).status_code == 200
    await platform.call("POST", f"/meetings/{ROOM}:end")
    assert (await platform.try_join(arrived["token"])).status_code == 403


async def test_the_same_request_again_does_nothing_more_and_another_finds_nobody(
    platform: Platform, guest: Guest
) -> None:
    await platform.put_meeting("elsewhere")
    assert (await guest.move()).status_code == 204
    await guest.token()
    await guest.socket.close()
    assert (await guest.move()).status_code == 204
    assert code_of(await guest.move(meeting="elsewhere")) == (404, "ParticipantNotFound")
    events = [one["kind"] for one in await platform.documents("event")]
    assert events.count("participant.left") == 1


async def test_what_broke_off_is_completed_by_the_same_request(platform: Platform, guest: Guest) -> None:
    known = await platform.services.sessions.participant(
        MeetingKey(platform.tenant, "demo"), guest.joined["participant"]["id"]
    )
    assert known
    assert await platform.services.moving._presence.mark_moved(known, ROOM, platform.clock())
    assert guest.socket.of_type("moved") == []
    assert (await guest.move()).status_code == 204
    assert (await platform.try_join(await guest.token())).status_code == 200


async def test_who_was_moved_is_moved_back_the_same_way(
    platform: Platform, guest: Guest, sockets: aiohttp.ClientSession
) -> None:
    assert (await guest.move(role="coHost")).status_code == 204
    arrived = (await platform.try_join(await guest.token())).json()
    assert arrived["participant"]["role"] == "coHost"
    there = Guest(platform, arrived, Socket(arrived["signalling"]["url"], sockets))
    await there.socket.open()
    assert (await there.move(bearer(arrived["token"]), meeting="demo", role="attendee")).status_code == 204
    back = (await platform.try_join(await there.token())).json()
    assert back["participant"] == {**guest.joined["participant"], "role": "attendee"}
    assert (await platform.presence())["gus"] == "joining"
    await there.socket.close()


async def test_moderators_move_only_between_a_meeting_and_its_breakout_rooms_and_make_nobody_more_than_they_are(
    platform: Platform, guest: Guest
) -> None:
    await platform.put_meeting("board")
    host = bearer((await platform.join("hilda", role="host"))["token"])
    co_host = bearer((await platform.join("carl", role="coHost"))["token"])
    assert code_of(await guest.move(host, meeting="board")) == (404, "MeetingNotFound")
    assert code_of(await guest.move(co_host, role="host")) == (403, "NotAllowed")
    assert code_of(await guest.move(bearer(guest.joined["token"]))) == (403, "NotAllowed")
    assert guest.socket.of_type("moved") == []
    assert (await guest.move(meeting="board")).status_code == 204


async def test_another_tenants_deleted_missing_or_present_meeting_is_no_destination(
    platform: Platform, guest: Guest
) -> None:
    other = await add_tenant(platform)
    assert (await platform.http.put("/meetings/theirs", json={"title": "Theirs"}, headers=other)).is_success
    await breakout(platform, "gone")
    await platform.call("DELETE", "/meetings/gone")
    for meeting in ("theirs", "gone", "never"):
        assert code_of(await guest.move(meeting=meeting)) == (404, "MeetingNotFound")
    assert code_of(await guest.move(meeting="demo")) == (400, "InvalidRequest")
    assert (await guest.move(other)).status_code == 404
    assert (await platform.presence())["gus"] == "connected"


async def test_a_full_meeting_another_provider_or_a_ban_leaves_everybody_where_they_are(
    platform: Platform, guest: Guest
) -> None:
    await breakout(platform, maxParticipants=1)
    first = await platform.join("ann", ROOM)
    assert code_of(await guest.move()) == (403, "MeetingFull")
    await breakout(platform, "acs-room", mediaProvider="acs")
    assert code_of(await guest.move(meeting="acs-room")) == (409, "MediaProviderDiffers")
    banned = f"/sessions/{first['session']['id']}/participants/{first['participant']['id']}:remove"
    await breakout(platform)
    await platform.call("POST", banned, json={"ban": True})
    ann = await platform.join("ann")
    away = Guest(platform, ann, guest.socket)
    assert code_of(await away.move()) == (403, "ParticipantBanned")
    assert guest.socket.of_type("moved") == []


async def test_who_is_not_connected_or_has_left_is_not_moved(platform: Platform, guest: Guest) -> None:
    silent = Guest(platform, await platform.join("sam"), guest.socket)
    assert code_of(await silent.move()) == (409, "ParticipantUnreachable")
    assert (await platform.presence())["sam"] == "joining"
    await platform.leave(silent.joined)
    assert code_of(await silent.move()) == (404, "ParticipantNotFound")
