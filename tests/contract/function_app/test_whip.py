"""WHIP and WHEP at the platform's own origin: requests are brought to the node of the session, and its answers back."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from aiohttp import web

from .support import FakeNode, Platform, bearer
from .whip_node import OFFER, SDP, SERVERS, WhipNode, post, refusal


async def test_the_node_gets_the_offer_and_the_client_its_answer_and_no_more(
    platform: Platform, there: WhipNode
) -> None:
    token = await platform.token("studio")
    answer = await post(platform, "/whip/demo", token, Cookie="a=b", Accept=SDP)
    assert (answer.status_code, answer.content) == (201, b"v=0\r\nanswer")
    assert answer.headers["Content-Type"] == SDP
    assert answer.headers["Location"] == there.peer_path()
    assert answer.headers["ETag"] == '"one"'
    assert answer.headers.get_list("Link") == [SERVERS]
    assert not {"Server", "Set-Cookie"} & set(answer.headers)
    ((line, headers, body),) = there.asked
    assert (line, body) == ("POST /whip/demo", OFFER)
    assert headers.keys() - {"host", "content-length", "accept-encoding", "connection"} == {
        "accept",
        "authorization",
        "content-type",
    }
    assert headers["authorization"] == f"Bearer {token}"


@pytest.mark.parametrize(
    ("path", "asked"),
    [
        ("/whep/demo", "/whep/demo"),
        ("/whep/demo/ann%40example.com?x=%0D%0A1", "/whep/demo/ann%40example.com"),
        ("/whep/demo/%0D%0Ax:y", "/whep/demo/%0D%0Ax%3Ay"),
        ("/whep/demo/%3Fa%23b%25", "/whep/demo/%3Fa%23b%25"),
    ],
)
async def test_a_path_reaches_the_node_as_it_was_meant(
    platform: Platform, there: WhipNode, path: str, asked: str
) -> None:
    assert (await post(platform, path, await platform.token("studio"))).status_code == 201
    assert there.lines == [f"POST {asked}"]


async def test_what_a_client_sends_about_its_peer_goes_to_the_peers_node(
    platform: Platform, there: WhipNode, make_node: Callable[[], Awaitable[WhipNode]]
) -> None:
    await make_node()

    async def restart(_: web.Request) -> web.Response:
        return web.Response(
            body=b"a=ice-lite", content_type="application/trickle-ice-sdpfrag", headers={"ETag": '"two"'}
        )

    there.answer = restart
    token = await platform.token("studio")
    headers = {**bearer(token), "If-Match": '"one"', "Content-Type": "application/trickle-ice-sdpfrag"}
    answer = await platform.http.patch(there.peer_path("whep"), content=b"a=x", headers=headers)
    assert (answer.status_code, answer.content, answer.headers["ETag"]) == (200, b"a=ice-lite", '"two"')
    assert there.asked[0][1]["if-match"] == '"one"'

    async def leave(_: web.Request) -> web.Response:
        return web.Response(status=200)

    there.answer = leave
    platform.clock.advance(-3600)
    former = await platform.token("studio", ttlSeconds=60)
    platform.clock.advance(3600)
    assert (await platform.http.delete(there.peer_path(), headers=bearer(former))).status_code == 200
    assert there.lines == [f"PATCH {there.peer_path('whep')}", f"DELETE {there.peer_path()}"]


async def test_peers_of_a_node_that_is_gone_are_gone(platform: Platform, there: WhipNode) -> None:
    headers = bearer(await platform.token("studio"))
    platform.lose_lease(there.node.id)
    for _ in range(2):
        assert (await platform.http.delete(there.peer_path(), headers=headers)).status_code == 200
    assert refusal(await platform.http.patch(there.peer_path(), headers=headers)) == (404, "PeerNotFound")
    assert there.asked == []


async def test_a_running_session_is_where_offers_are_brought(
    platform: Platform, there: WhipNode, make_node: Callable[[], Awaitable[WhipNode]]
) -> None:
    other = await make_node()
    carrier = (await platform.join("ann"))["node"]["id"]
    token = await platform.token("studio")
    for _ in range(5):
        assert (await post(platform, "/whip/demo", token)).status_code == 201
    assert len((there if carrier == there.node.id else other).asked) == 5


async def test_a_session_begins_on_the_node_that_the_offer_was_brought_to(
    platform: Platform, there: WhipNode, make_node: Callable[[], Awaitable[WhipNode]]
) -> None:
    other = await make_node()
    for number in range(8):
        meeting = f"studio-{number}"
        await platform.put_meeting(meeting)
        assert (await post(platform, f"/whip/{meeting}", await platform.token("studio", meeting))).status_code == 201
    assert len(there.asked) + len(other.asked) == 8


async def test_a_session_that_begins_elsewhere_meanwhile_is_followed_there(
    platform: Platform, there: WhipNode, make_node: Callable[[], Awaitable[WhipNode]]
) -> None:
    other = await make_node()
    nodes = (there, other)
    full: dict[str, float] = {"packetsPerSecond": 9_000, "peers": 0, "sessions": 0}

    async def ann_is_first(request: web.Request) -> web.Response:
        """Where the offer comes first is full by then, so that Ann's session begins on the other."""
        asked, spare = nodes if there.asked else nodes[::-1]
        asked.node.load = full
        await asked.is_reached_at("127.0.0.1", asked.server.port)
        assert (await platform.join("ann"))["node"]["id"] == spare.node.id
        for one in nodes:
            one.answer = one.admit
        return await asked.admit(request)

    for one in nodes:
        one.answer = ann_is_first
    answer = await post(platform, "/whip/demo", await platform.token("studio"))
    assert answer.status_code == 201
    assert len(there.asked) == len(other.asked) == 1


async def test_a_session_that_no_node_owns_up_to_is_given_up(platform: Platform, there: WhipNode) -> None:
    async def elsewhere(_: web.Request) -> web.Response:
        return web.Response(status=421, text="{}", content_type="application/problem+json")

    there.answer = elsewhere
    assert refusal(await post(platform, "/whip/demo", await platform.token("studio"))) == (503, "NoNodeAvailable")
    assert len(there.asked) == 3


async def test_a_node_without_whip_is_never_asked(platform: Platform, node: FakeNode) -> None:
    token = await platform.token("studio")
    without_session = await post(platform, "/whip/demo", token)
    assert refusal(without_session) == (503, "NoNodeAvailable")
    assert without_session.headers["Retry-After"]
    await platform.join("ann")
    assert refusal(await post(platform, "/whip/demo", token)) == (503, "NoNodeAvailable")


async def test_a_page_of_any_origin_may_ask_and_nobody_gets_a_page(platform: Platform, there: WhipNode) -> None:
    origin = {"Origin": "https://studio.example"}
    for path in ("/whip/demo", "/whep/demo", "/whep/demo/ann", there.peer_path()):
        asked: dict[str, Any] = {**origin, "Access-Control-Request-Method": "PATCH"}
        asked["Access-Control-Request-Headers"] = "authorization, content-type, if-match"
        preflight = await platform.http.options(path, headers=asked)
        assert (preflight.status_code, preflight.headers["Access-Control-Allow-Origin"]) == (200, "*")
        options = await platform.http.options(path)
        assert (options.status_code, options.headers["Accept-Post"]) == (200, SDP)
        nothing = await platform.http.get(path)
        assert (nothing.status_code, nothing.content) == (204, b"")
    answer = await post(platform, "/whip/demo", await platform.token("studio"), **origin)
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    exposed = set(answer.headers["Access-Control-Expose-Headers"].split(", "))
    assert {"Location", "ETag", "Link", "Retry-After", "x-ms-error-code"} <= exposed
    refused = await platform.http.get("/meetings/demo", headers={**origin, **platform.key_header})
    assert "Access-Control-Allow-Origin" not in refused.headers
