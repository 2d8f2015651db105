"""WHIP and WHEP at the platform's own origin: who may come is sent on to a node, and nothing else happens."""

from collections.abc import AsyncIterator

import aiohttp
import httpx
import pytest

from function_app.rate_limits.limits import DIRECTIONS

from .support import FakeNode, Platform, bearer

HERE, THERE = "https://node-1.example", "https://node-2.example"


@pytest.fixture
async def other(platform: Platform, node: FakeNode, sockets: aiohttp.ClientSession) -> AsyncIterator[FakeNode]:
    """A second node; both take WHIP."""
    await node.heartbeat(httpUrl=HERE)
    second = FakeNode(platform, sockets)
    await second.start()
    await second.heartbeat(httpUrl=THERE)
    yield second
    assert second.socket
    await second.socket.close()


async def post(platform: Platform, path: str, token: str) -> httpx.Response:
    headers = {**bearer(token), "Content-Type": "application/sdp"}
    return await platform.http.post(path, content=b"v=0\r\n", headers=headers, follow_redirects=False)


def refusal(answer: httpx.Response) -> tuple[int, str]:
    """Status and code of a problem, of which the form is checked."""
    assert answer.headers["Content-Type"] == "application/problem+json"
    problem = answer.json()
    assert problem["status"] == answer.status_code
    assert problem["code"] == answer.headers["x-ms-error-code"]
    assert problem["title"]
    assert problem["detail"]
    return problem["status"], problem["code"]


@pytest.mark.parametrize(
    "path",
    ["/whip/demo", "/whep/demo", "/whep/demo/ann%40example.com?x=%0D%0A1", "/whep/demo/%0D%0A"],
)
async def test_a_client_is_sent_to_a_node_with_path_and_query_and_nobody_has_joined(
    platform: Platform, other: FakeNode, path: str
) -> None:
    answer = await post(platform, path, await platform.token("studio"))
    assert answer.status_code == 307, answer.text
    assert answer.headers["Location"] in (HERE + path, THERE + path)
    assert await platform.presence() == {}


async def test_a_running_session_is_where_clients_are_sent(platform: Platform, node: FakeNode, other: FakeNode) -> None:
    carrier = (await platform.join("ann"))["node"]["id"]
    token = await platform.token("studio")
    locations = {(await post(platform, "/whip/demo", token)).headers["Location"] for _ in range(5)}
    assert locations == {f"{HERE if carrier == node.id else THERE}/whip/demo"}


async def test_a_session_begins_on_the_node_that_the_client_was_sent_to(
    platform: Platform, node: FakeNode, other: FakeNode
) -> None:
    for number in range(8):
        meeting = f"studio-{number}"
        await platform.put_meeting(meeting)
        token = await platform.token("studio", meeting)
        location = (await post(platform, f"/whip/{meeting}", token)).headers["Location"]
        asked = node if location.startswith(HERE) else other
        path = f"/internal/nodes/{asked.id}/joins"
        joined = await platform.http.post(path, json={"token": token}, headers=bearer(asked.token()))
        assert joined.json()["type"] == "admitted"


async def test_a_node_without_whip_is_never_named(platform: Platform, node: FakeNode) -> None:
    token = await platform.token("studio")
    without_session = await post(platform, "/whip/demo", token)
    assert refusal(without_session) == (503, "NoNodeAvailable")
    assert without_session.headers["Retry-After"]
    await platform.join("ann")
    assert refusal(await post(platform, "/whip/demo", token)) == (503, "NoNodeAvailable")


async def test_who_may_not_is_refused_before_a_node_is_asked(platform: Platform, other: FakeNode) -> None:
    viewer = await platform.token("vic", role="viewer")
    muted = await platform.token("mia", grants={"publish": ["screen"], "subscribe": False})
    for path, token, expected in (
        ("/whip/demo", viewer, (403, "NotAllowed")),
        ("/whip/demo", muted, (403, "NotAllowed")),
        ("/whep/demo", muted, (403, "NotAllowed")),
        ("/whip/demo", "nonsense", (401, "TokenInvalid")),
        ("/whip/another", viewer, (404, "MeetingNotFound")),
        ("/whip/a.b", viewer, (400, "InvalidRequest")),
    ):
        assert refusal(await post(platform, path, token)) == expected
    assert (await post(platform, "/whep/demo", viewer)).status_code == 307
    anonymous = await platform.http.post("/whip/demo", content=b"v=0\r\n")
    assert refusal(anonymous) == (401, "TokenMissing")
    assert anonymous.headers["WWW-Authenticate"] == "Bearer"


async def test_an_expired_token_and_one_of_a_deleted_meeting_are_refused(platform: Platform, other: FakeNode) -> None:
    await platform.put_meeting("gone")
    token = await platform.token("studio", "gone")
    await platform.call("DELETE", "/meetings/gone")
    assert refusal(await post(platform, "/whip/gone", token)) == (404, "MeetingNotFound")
    platform.clock.advance(-3600)
    old = await platform.token("studio", ttlSeconds=60)
    assert refusal(await post(platform, "/whip/demo", old)) == (401, "TokenExpired")


async def test_one_user_asks_only_so_often(platform: Platform, other: FakeNode) -> None:
    token = await platform.token("studio")
    statuses = [(await post(platform, "/whip/demo", token)).status_code for _ in range(DIRECTIONS.burst)]
    assert statuses == [307] * DIRECTIONS.burst
    assert refusal(await post(platform, "/whip/demo", token)) == (429, "TooManyRequests")
