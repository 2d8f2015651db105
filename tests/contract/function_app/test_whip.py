"""WHIP and WHEP at the platform's own origin: who may come is brought to a node, and told what the node says."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import httpx
import pytest
from aiohttp import web

from function_app.rate_limits.limits import OFFERS
from function_app.whip.node_calls import MAXIMUM_ANSWER_BYTES
from parley_protocol.ids import new_id

from .support import FakeNode, Platform, Server, bearer, free_port

SDP = "application/sdp"
OFFER = b"v=0\r\n"
PEER = new_id("peer")
SERVERS = '<stun:a.example>; rel="ice-server", <turn:b.example>; rel="ice-server"; credential-type="password"'

Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass
class WhipNode:
    """A node of which the HTTP side answers what a test says, and notes what it is asked."""

    node: FakeNode
    server: Server
    answer: Answer
    asked: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)
    """Method and path, headers by their names in lower case, and the body."""

    def peer_path(self, protocol: str = "whip") -> str:
        return f"/{protocol}/demo/nodes/{self.node.id}/peers/{PEER}"

    async def admit(self, request: web.Request) -> web.Response:
        """As a node answers whom it lets in."""
        token = request.headers["Authorization"].removeprefix("Bearer ")
        path = f"/internal/nodes/{self.node.id}/joins"
        headers = bearer(self.node.token())
        joined = (await self.node.platform.http.post(path, json={"token": token}, headers=headers)).json()
        if joined["type"] == "elsewhere":
            return web.Response(status=421, text="{}", content_type="application/problem+json")
        location = self.peer_path(request.path.split("/")[1]).replace("/demo/", f"/{request.path.split('/')[2]}/")
        headers = {"Location": location, "ETag": '"one"', "Link": SERVERS, "Server": "secret", "Set-Cookie": "a=b"}
        return web.Response(status=201, body=b"v=0\r\nanswer", content_type=SDP, headers=headers)

    async def handle(self, request: web.Request) -> web.StreamResponse:
        headers = {name.lower(): value for name, value in request.headers.items()}
        self.asked.append((f"{request.method} {request.raw_path}", headers, await request.read()))
        return await self.answer(request)

    @property
    def lines(self) -> list[str]:
        return [line for line, _, _ in self.asked]

    async def is_reached_at(self, ip: str, port: int) -> None:
        await self.node.heartbeat(httpAddress={"ip": ip, "port": port})


@pytest.fixture
async def make_node(
    platform: Platform, sockets: aiohttp.ClientSession
) -> AsyncIterator[Callable[[], Awaitable[WhipNode]]]:
    made: list[WhipNode] = []

    async def make() -> WhipNode:
        def app() -> web.Application:
            application = web.Application()
            application.router.add_route("*", r"/{path:[\s\S]*}", one.handle)
            return application

        fake = FakeNode(platform, sockets)
        one = WhipNode(fake, Server(app), lambda request: one.admit(request))
        await one.server.start()
        await fake.start()
        await one.is_reached_at("127.0.0.1", one.server.port)
        made.append(one)
        return one

    yield make
    for one in made:
        await one.server.stop()
        assert one.node.socket
        await one.node.socket.close()


@pytest.fixture
async def there(make_node: Callable[[], Awaitable[WhipNode]]) -> WhipNode:
    """A node that takes WHIP."""
    return await make_node()


async def post(platform: Platform, path: str, token: str, **headers: str) -> httpx.Response:
    all_headers = {**bearer(token), "Content-Type": SDP, **headers}
    return await platform.http.post(path, content=OFFER, headers=all_headers, follow_redirects=False)


def refusal(answer: httpx.Response) -> tuple[int, str]:
    """Status and code of a problem, of which the form is checked."""
    assert answer.headers["Content-Type"] == "application/problem+json"
    problem = answer.json()
    assert problem["status"] == answer.status_code
    assert problem["code"] == answer.headers["x-ms-error-code"]
    assert problem["title"]
    assert problem["detail"]
    return problem["status"], problem["code"]


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
    assert refusal(await post(platform, "/whip/demo", token)) == (429, "TooManyRequests")
    assert (await platform.http.delete(there.peer_path(), headers=bearer(token))).status_code == 204


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
