"""WHIP and WHEP at the platform's own origin: who is refused, which nodes are not called, what is not passed on."""

import asyncio
from collections.abc import Callable

import pytest
from aiohttp import web

from function_app.rate_limits.limits import OFFERS
from function_app.whip.node_calls import MAXIMUM_ANSWER_BYTES

from .support import FakeNode, Platform, bearer, free_port
from .whip_node import OFFER, PEER, SDP, Answer, WhipNode, post, refusal


@pytest.mark.parametrize("ip", ["10.0.0.4", "169.254.169.254", "::1", "::ffff:127.0.0.1"])
async def test_nobody_is_called_outside_of_the_nodes_networks(platform: Platform, there: WhipNode, ip: str) -> None:
    await there.is_reached_at(ip, there.server.port)
    headers = bearer(await platform.token("studio"))
    assert refusal(await platform.http.post("/whip/demo", content=OFFER, headers=headers)) == (503, "NoNodeAvailable")
    assert refusal(await platform.http.delete(there.peer_path(), headers=headers)) == (503, "NoNodeAvailable")
    assert there.asked == []


async def test_a_node_is_reached_by_its_address_and_not_by_a_name(platform: Platform, node: FakeNode) -> None:
    path, report = f"/internal/nodes/{node.id}", node.report(httpAddress={"ip": "localhost", "port": 80})
    assert (await platform.http.put(path, json=report, headers=bearer(node.token()))).status_code == 400


def _answers(response: Callable[[], web.Response]) -> Answer:
    async def answer(_: web.Request) -> web.Response:
        return response()

    return answer


async def _hangs_up(request: web.Request) -> web.StreamResponse:
    assert request.transport
    request.transport.close()
    return web.Response()


@pytest.mark.parametrize(
    "answer",
    [
        _answers(lambda: web.Response(status=201, body=b"v=0", content_type=SDP)),
        _answers(lambda: web.Response(status=201, headers={"Location": "https://evil.example/whip/demo"})),
        _answers(lambda: web.Response(status=307, headers={"Location": "/healthz"})),
        _answers(lambda: web.Response(text="<script>", content_type="text/html")),
        _answers(lambda: web.Response(body=b"v" * (MAXIMUM_ANSWER_BYTES + 1), content_type=SDP)),
        _hangs_up,
    ],
    ids=["no location", "strange location", "redirect", "page", "huge", "hangs up"],
)
async def test_an_answer_that_no_node_gives_is_not_passed_on(
    platform: Platform, there: WhipNode, answer: Answer
) -> None:
    there.answer = answer
    refused = await post(platform, "/whip/demo", await platform.token("studio"))
    assert refusal(refused) == (503, "NodeUnavailable")
    assert refused.headers["Retry-After"]
    assert "Location" not in refused.headers
    assert len(there.asked) == 1


async def test_a_node_that_is_slow_or_does_not_listen_is_not_waited_for(
    platform: Platform, there: WhipNode, monkeypatch: pytest.MonkeyPatch
) -> None:
    may_end = asyncio.Event()

    async def slow(_: web.Request) -> web.Response:
        await may_end.wait()
        return web.Response()

    there.answer = slow
    monkeypatch.setattr(platform.services.relay._calls, "_timeout_seconds", 0.2)
    token = await platform.token("studio")
    assert refusal(await post(platform, "/whip/demo", token)) == (503, "NodeUnavailable")
    may_end.set()
    await there.is_reached_at("127.0.0.1", free_port())
    assert refusal(await post(platform, "/whip/demo", token)) == (503, "NodeUnavailable")


async def test_what_the_node_refuses_is_told_as_it_says_it(platform: Platform, there: WhipNode) -> None:
    async def full(_: web.Request) -> web.Response:
        headers = {"Retry-After": "7", "x-ms-error-code": "NodeFull"}
        return web.Response(
            status=503, text='{"code": "NodeFull"}', content_type="application/problem+json", headers=headers
        )

    there.answer = full
    answer = await post(platform, "/whip/demo", await platform.token("studio"))
    assert (answer.status_code, answer.json(), answer.headers["Retry-After"]) == (503, {"code": "NodeFull"}, "7")
    assert answer.headers["x-ms-error-code"] == "NodeFull"


async def test_who_may_not_is_refused_before_a_node_is_asked(platform: Platform, there: WhipNode) -> None:
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
    anonymous = await platform.http.post("/whip/demo", content=OFFER)
    assert refusal(anonymous) == (401, "TokenMissing")
    assert anonymous.headers["WWW-Authenticate"] == "Bearer"
    another = there.peer_path().replace("demo", "another")
    for path, token, expected in (
        (there.peer_path(), "nonsense", (401, "TokenInvalid")),
        (another, viewer, (404, "MeetingNotFound")),
        (f"/whip/demo/nodes/{there.node.id}/peers/metrics", viewer, (400, "InvalidRequest")),
        (f"/whip/demo/nodes/10.0.0.4/peers/{PEER}", viewer, (400, "InvalidRequest")),
    ):
        assert refusal(await platform.http.delete(path, headers=bearer(token))) == expected
    assert there.asked == []


async def test_an_expired_token_and_one_of_a_deleted_meeting_are_refused(platform: Platform, there: WhipNode) -> None:
    await platform.put_meeting("gone")
    token = await platform.token("studio", "gone")
    await platform.call("DELETE", "/meetings/gone")
    assert refusal(await post(platform, "/whip/gone", token)) == (404, "MeetingNotFound")
    platform.clock.advance(-3600)
    old = await platform.token("studio", ttlSeconds=60)
    assert refusal(await post(platform, "/whip/demo", old)) == (401, "TokenExpired")
    assert there.asked == []


async def test_one_user_offers_only_so_often(platform: Platform, there: WhipNode) -> None:
    async def leave(_: web.Request) -> web.Response:
        return web.Response(status=204)

    there.answer = leave
    token = await platform.token("studio")
    statuses = [(await post(platform, "/whip/demo", token)).status_code for _ in range(OFFERS.burst)]
    assert statuses == [204] * OFFERS.burst
    refused = await post(platform, "/whip/demo", token)
    assert refusal(refused) == (429, "TooManyRequests")
    assert '"offers";r=0;' in refused.headers["RateLimit"]
    assert (await platform.http.delete(there.peer_path(), headers=bearer(token))).status_code == 204
