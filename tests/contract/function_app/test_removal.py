"""Taking somebody out of a session: it holds in the API, on Web PubSub and on the node."""

import asyncio
from typing import Any

import aiohttp
import httpx
import pytest

from function_app.errors import ApiError
from function_app.stores.documents import MeetingKey
from parley_protocol.ids import new_id

from .support import FakeNode, Platform, Socket, bearer, eventually


def path_of(joined: dict[str, Any]) -> str:
    return f"/sessions/{joined['session']['id']}/participants/{joined['participant']['id']}:remove"


async def remove(platform: Platform, joined: dict[str, Any], **body: Any) -> httpx.Response:
    answer = await platform.call("POST", path_of(joined), json=body)
    assert answer.status_code == 204, answer.text
    return answer


async def refusal(platform: Platform, token: str) -> str:
    answer = await platform.try_join(token)
    assert answer.status_code == 403, answer.text
    return str(answer.json()["error"]["code"])


@pytest.mark.parametrize(("ban", "code"), [(False, "ParticipantRemoved"), (True, "ParticipantBanned")])
async def test_every_token_from_before_is_dead_at_once(
    platform: Platform, node: FakeNode, ban: bool, code: str
) -> None:
    unused = await platform.token("ann", role="host")
    ann = await platform.join("ann", role="host")
    await remove(platform, ann, ban=ban)
    for token in (unused, ann["usedToken"], ann["token"]):
        assert await refusal(platform, token) == code
    messages = await platform.http.get("/meetings/demo/messages", headers=bearer(ann["token"]))
    assert messages.json()["error"]["code"] == code
    ben = await platform.join("ben")
    moderation = await platform.http.post(path_of(ben), headers=bearer(ann["token"]))
    assert moderation.json()["error"]["code"] == code


async def test_a_token_issued_later_lets_a_removed_user_in_and_no_banned_one(
    platform: Platform, node: FakeNode
) -> None:
    ann, ben = await platform.join("ann"), await platform.join("ben")
    await remove(platform, ann)
    await remove(platform, ben, ban=True)
    platform.clock.advance(2)
    assert (await platform.join("ann"))["participant"]["id"] == ann["participant"]["id"]
    assert await refusal(platform, await platform.token("ben")) == "ParticipantBanned"


async def test_a_ban_is_listed_and_lifted(platform: Platform, node: FakeNode, other_tenant: dict[str, str]) -> None:
    ann = await platform.join("ann")
    await remove(platform, ann, ban=True)
    [ban] = (await platform.call("GET", "/meetings/demo/bans")).json()["value"]
    assert ban["participant"] == "ann"
    assert (await platform.http.get("/meetings/demo/bans", headers=other_tenant)).status_code == 404
    lifted = f"/meetings/demo/bans/{ban['id']}"
    assert (await platform.http.delete(lifted, headers=other_tenant)).status_code == 404
    for _ in range(2):
        assert (await platform.call("DELETE", lifted)).status_code == 204
    assert (await platform.call("GET", "/meetings/demo/bans")).json()["value"] == []
    assert await refusal(platform, ann["token"]) == "ParticipantRemoved"
    platform.clock.advance(2)
    await platform.join("ann")


async def test_a_ban_does_not_outlive_its_meeting(platform: Platform, node: FakeNode) -> None:
    await platform.put_meeting("weekly")
    await remove(platform, await platform.join("ann", "weekly"), ban=True)
    await platform.call("DELETE", "/meetings/weekly")
    active = await platform.services.sessions.active(MeetingKey(platform.tenant, "weekly"))
    assert active
    await platform.services.ending.end_for_everybody(active, platform.clock())
    platform.clock.advance(2)
    await platform.put_meeting("weekly")
    await platform.join("ann", "weekly")


async def test_the_node_is_told_which_grants_are_void_and_the_others_that_somebody_left(
    platform: Platform, node: FakeNode
) -> None:
    ann = await platform.join("ann")
    await node.tell("peerConnected", ann)
    await remove(platform, ann, ban=True)
    assert node.socket
    await eventually(lambda: bool(node.socket and node.socket.of_type("removePeer")))
    [message] = node.socket.of_type("removePeer")
    assert (message["participant"], message["reason"]) == (ann["participant"]["id"], "banned")
    assert message["grantsUntil"] >= int(platform.clock().timestamp()) - 60
    [left] = [one for one in await platform.documents("event") if one["kind"] == "participant.left"]
    assert left["data"]["reason"] == "banned"
    await remove(platform, ann, ban=True)
    assert len([one for one in await platform.documents("event") if one["kind"] == "participant.left"]) == 1


async def test_the_connection_is_closed_and_an_old_url_opens_none_that_stays(
    platform: Platform, node: FakeNode, sockets: aiohttp.ClientSession
) -> None:
    ann = await platform.join("ann")
    socket = Socket(ann["signalling"]["url"], sockets)
    await socket.open()
    await remove(platform, ann)
    await eventually(lambda: socket.is_closed)
    assert [message["reason"] for message in socket.of_type("left")] == ["removed"]
    again = Socket(ann["signalling"]["url"], sockets)
    await again.open()
    await eventually(lambda: again.is_closed)


async def test_who_moderates_takes_others_out_and_nobody_else_does(platform: Platform, node: FakeNode) -> None:
    host, co_host = await platform.join("host", role="host"), await platform.join("co", role="coHost")
    ann, ben = await platform.join("ann"), await platform.join("ben")

    async def ask(by: dict[str, Any], whom: dict[str, Any]) -> int:
        return (await platform.http.post(path_of(whom), headers=bearer(by["token"]))).status_code

    assert await ask(ann, ben) == 403
    assert await ask(co_host, host) == 403
    assert await ask(co_host, ann) == 204
    assert await ask(host, co_host) == 204
    assert await platform.presence() == {"host": "joining", "co": "left", "ann": "left", "ben": "joining"}
    entries = (await platform.call("GET", "/tenants/me/auditLog")).json()["value"]
    acts = [(entry["action"], entry["actor"]["kind"]) for entry in entries]
    assert acts == [("removeParticipant", "participant")] * 2
    assert entries[0]["actor"]["id"] == host["participant"]["id"]
    assert entries[0]["target"]["participant"] == co_host["participant"]["id"]


async def test_what_is_not_there_cannot_be_taken_out(
    platform: Platform, node: FakeNode, other_tenant: dict[str, str]
) -> None:
    ann = await platform.join("ann")
    await platform.put_meeting("weekly")
    stranger = await platform.join("host", "weekly", role="host")
    session, participant = ann["session"]["id"], ann["participant"]["id"]
    for missing in ((session, new_id("par")), (new_id("ses"), participant)):
        path = "/sessions/{}/participants/{}".format(*missing)
        assert (await platform.call("POST", f"{path}:remove")).status_code == 404
    assert (await platform.http.post(path_of(ann), headers=other_tenant)).status_code == 404
    assert (await platform.http.post(path_of(ann), headers=bearer(stranger["token"]))).status_code == 404
    assert (await platform.http.post(path_of(ann))).status_code == 401
    assert await platform.presence() == {"ann": "joining"}


async def test_no_join_slips_past_a_ban(platform: Platform, node: FakeNode) -> None:
    """Joins and the ban race; whatever came of each, in the end the user is out."""
    for round_number in range(5):
        user = f"ann{round_number}"
        ann = await platform.join(user)

        async def rejoin(token: str = ann["token"]) -> None:
            await platform.try_join(token)

        try:
            await asyncio.gather(rejoin(), rejoin(), remove(platform, ann, ban=True), rejoin())
        except ApiError as error:
            raise AssertionError(error.code) from error
        assert (await platform.presence())[user] == "left"
