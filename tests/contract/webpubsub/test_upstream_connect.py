"""What the event handler is told about a client that connects, what it may decide, and what its failures do."""

import asyncio
from collections.abc import Callable

import pytest
from aiohttp import web

from local_azure.webpubsub import Limits

from .support import HUB, JSON, RELIABLE, Emulator, answering, holding, refused, running_emulator, until


async def test_the_handler_is_asked_for_permission_once_before_any_event(emulator_with_upstream: Emulator) -> None:
    for _ in range(2):
        await emulator_with_upstream.open()
    upstream = emulator_with_upstream.upstream
    assert [headers["webhook-request-origin"] for headers in upstream.validations] == ["signalling.test"]


async def test_a_handler_that_allows_our_origin_by_name_gets_events(emulator_with_upstream: Emulator) -> None:
    emulator_with_upstream.upstream.allowed_origin = "other.test, signalling.test"
    await emulator_with_upstream.open()
    assert emulator_with_upstream.upstream.named("connect")


@pytest.mark.parametrize("allowed_origin", ["", "other.test"])
async def test_a_handler_that_does_not_allow_our_origin_gets_nothing(
    emulator_with_upstream: Emulator, allowed_origin: str
) -> None:
    emulator_with_upstream.upstream.allowed_origin = allowed_origin
    assert (await refused(emulator_with_upstream.open())).status == 500
    assert emulator_with_upstream.upstream.events == []


async def test_connect_tells_who_wants_to_connect_and_how(emulator_with_upstream: Emulator) -> None:
    emulator = emulator_with_upstream
    token = emulator.token(sub="ann", role=["r1"], tier=3)
    await emulator.dial(emulator.url(access_token=token, room="a"), RELIABLE)
    event = emulator.upstream.named("connect")[0]
    assert event.headers["ce-type"] == "azure.webpubsub.sys.connect"
    assert event.headers["ce-userid"] == "ann"
    assert event.headers["ce-hub"] == HUB
    assert event.headers["ce-specversion"] == "1.0"
    assert event.json["claims"]["tier"] == ["3"]
    assert event.json["query"] == {"room": ["a"]}
    assert event.json["subprotocols"] == [RELIABLE]
    assert "Host" in event.json["headers"]


async def test_the_answer_to_connect_gives_user_roles_groups_and_subprotocol(emulator_with_upstream: Emulator) -> None:
    emulator = emulator_with_upstream
    answer = {
        "userId": "renamed",
        "roles": ["webpubsub.joinLeaveGroup.extra"],
        "groups": ["lobby"],
        "subprotocol": JSON,
    }
    emulator.upstream.answers["connect"] = answering(lambda: web.json_response(answer))
    client = await emulator.dial(emulator.url(access_token=emulator.token()), RELIABLE, JSON)
    assert client.socket.protocol == JSON
    assert (await client.receive())["userId"] == "renamed"
    assert (await client.ask({"type": "joinGroup", "group": "extra", "ackId": 1}))["success"]
    await emulator.rest("POST", "groups/lobby/:send", json="hello")
    assert (await client.receive())["data"] == "hello"
    await emulator.rest("POST", "users/renamed/:send", json="you")
    assert (await client.receive())["data"] == "you"


async def test_the_handler_may_choose_a_subprotocol_of_its_own(emulator_with_upstream: Emulator) -> None:
    emulator = emulator_with_upstream
    emulator.upstream.answers["connect"] = answering(lambda: web.json_response({"subprotocol": "custom.v1"}))
    emulator.upstream.answers["message"] = answering(lambda: web.Response(text="echo"))
    client = await emulator.dial(emulator.url(access_token=emulator.token(sub="ann")), "custom.v1")
    assert client.socket.protocol == "custom.v1"
    await client.socket.send_str("raw")
    assert await client.socket.receive_str() == "echo"
    assert emulator.upstream.named("message")[0].body == b"raw"
    assert emulator.upstream.named("message")[0].headers["ce-subprotocol"] == "custom.v1"


async def test_a_client_without_a_token_needs_the_handler_to_name_it(emulator_with_upstream: Emulator) -> None:
    emulator = emulator_with_upstream
    assert (await refused(emulator.dial(emulator.url()))).status == 401
    emulator.upstream.answers["connect"] = answering(lambda: web.json_response({"userId": "guest"}))
    client = await emulator.dial(emulator.url())
    assert (await client.receive())["userId"] == "guest"


async def test_a_4xx_answer_to_connect_is_what_the_client_gets(emulator_with_upstream: Emulator) -> None:
    emulator = emulator_with_upstream
    emulator.upstream.answers["connect"] = answering(lambda: web.Response(status=403, text="banned"))
    url = emulator.url(access_token=emulator.token(sub="ann"))
    headers = {"Connection": "Upgrade", "Upgrade": "websocket"}
    async with emulator.http.get(url, headers=headers) as response:
        assert (response.status, await response.text()) == (403, "banned")
    assert emulator.upstream.named("disconnected") == []


@pytest.mark.parametrize(
    "response",
    [
        lambda: web.Response(status=500),
        lambda: web.Response(status=503),
        lambda: web.Response(status=302, headers={"Location": "/elsewhere"}),
        lambda: web.Response(text="not json"),
        lambda: web.json_response(["list"]),
        lambda: web.json_response({"userId": 5}),
        lambda: web.json_response({"userId": "a\r\nb"}),
        lambda: web.json_response({"groups": "lobby"}),
        lambda: web.json_response({"roles": [1]}),
        lambda: web.json_response({"subprotocol": "never.offered"}),
        lambda: web.Response(body=b"{}" + b" " * 1024 * 1024),
    ],
)
async def test_any_other_answer_to_connect_refuses_the_client_with_500(
    emulator_with_upstream: Emulator, response: Callable[[], web.Response]
) -> None:
    emulator_with_upstream.upstream.answers["connect"] = answering(response)
    assert (await refused(emulator_with_upstream.open())).status == 500


async def test_a_client_is_refused_with_500_when_the_handler_is_gone() -> None:
    async with running_emulator(upstream_url="http://127.0.0.1:9/events") as emulator:
        assert (await refused(emulator.open())).status == 500
        bystander, _ = await emulator.open(hub="other")
        await bystander.send({"type": "ping"})
        assert await bystander.receive() == {"type": "pong"}


async def test_a_slow_handler_refuses_its_client_in_time() -> None:
    async with running_emulator(Limits(upstream_seconds=0.3), with_upstream=True) as emulator:
        emulator.upstream.answers["connect"] = holding(asyncio.Event())
        assert (await refused(emulator.open())).status == 500


async def test_any_number_of_clients_wait_for_a_slow_handler_and_delay_no_other(
    emulator_with_upstream: Emulator,
) -> None:
    emulator = emulator_with_upstream
    fast, _ = await emulator.open("fast")
    release = asyncio.Event()
    emulator.upstream.answers["connect"] = holding(release)
    waiting = [asyncio.create_task(emulator.open(f"slow{number}")) for number in range(150)]
    await until(lambda: len(emulator.upstream.named("connect")) == 151)
    await fast.send({"type": "ping"})
    assert await fast.receive() == {"type": "pong"}
    release.set()
    assert len(await asyncio.gather(*waiting)) == 150


async def test_a_handler_that_leaves_out_connect_is_not_waited_for_and_still_gets_the_rest() -> None:
    async with running_emulator(with_upstream=True, system_events={"connected", "disconnected"}) as emulator:
        await emulator.open()
        await emulator.close()
        await until(lambda: emulator.upstream.named("disconnected"))
        assert not emulator.upstream.named("connect")
        assert emulator.upstream.named("connected")
