"""A node of which the HTTP side answers what a test says, and a client that offers."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import httpx
from aiohttp import web

from parley_protocol.ids import new_id

from .support import FakeNode, Platform, Server, bearer

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
