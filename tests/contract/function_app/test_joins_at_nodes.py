"""Joining by way of a node: WHIP and WHEP clients bring their token there."""

from typing import Any

import aiohttp
import httpx
import jwt

from function_app.rate_limits.limits import JOINS
from parley_protocol.ids import participant_id

from .support import FakeNode, Platform, bearer


async def join_at(node: FakeNode, token: str, **options: Any) -> httpx.Response:
    headers = bearer(options.get("credential", node.token()))
    return await node.platform.http.post(f"/internal/nodes/{node.id}/joins", json={"token": token}, headers=headers)


async def test_a_node_that_has_the_session_gets_a_grant_for_the_user(platform: Platform, node: FakeNode) -> None:
    answer = await join_at(node, await platform.token("ann"))
    assert answer.status_code == 200, answer.text
    assert answer.json()["type"] == "admitted"
    grant = jwt.decode(answer.json()["mediaGrant"], options={"verify_signature": False})
    assert grant["node"] == node.id
    assert grant["sub"] == participant_id(grant["session"], "ann")
    assert await platform.presence() == {"ann": "joining"}


async def test_another_node_is_told_that_the_session_is_elsewhere(
    platform: Platform, node: FakeNode, sockets: aiohttp.ClientSession
) -> None:
    await platform.join("ann")
    other = FakeNode(platform, sockets)
    await other.start()
    answer = await join_at(other, await platform.token("ben"))
    assert answer.json() == {"type": "elsewhere"}
    assert other.socket
    await other.socket.close()


async def test_the_rules_of_joining_hold(platform: Platform, node: FakeNode) -> None:
    assert (await join_at(node, "nonsense")).headers["x-ms-error-code"] == "TokenInvalid"
    token = await platform.token("ann")
    answers = [(await join_at(node, token)).status_code for _ in range(JOINS.burst + 1)]
    assert answers == [200] * JOINS.burst + [429]


async def test_only_the_node_itself_may_ask(platform: Platform, node: FakeNode, sockets: aiohttp.ClientSession) -> None:
    token = await platform.token("ann")
    stranger = FakeNode(platform, sockets)
    for credential in (stranger.token(), token, "nonsense"):
        assert (await join_at(node, token, credential=credential)).status_code == 401
    assert await platform.presence() == {}
