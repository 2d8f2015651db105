"""What the event handler hears of connected clients, and what its answers and failures do to them."""

import asyncio
import hashlib
import hmac

import pytest
from aiohttp import web

from local_azure.webpubsub import Limits

from .support import HUB, KEY, RELIABLE, Emulator, answering, holding, running_emulator, serving, until

EVENT = {"type": "event", "event": "chat", "dataType": "json", "data": {"text": "hi"}}


async def test_every_event_is_signed_with_the_access_key(emulator_with_upstream: Emulator) -> None:
    emulator = emulator_with_upstream
    client, connected = await emulator.open()
    await client.ask({**EVENT, "ackId": 1})
    await client.socket.close()
    await until(lambda: emulator.upstream.named("disconnected"))
    digest = hmac.new(KEY.encode(), connected["connectionId"].encode(), hashlib.sha256).hexdigest()
    assert len(emulator.upstream.events) == 4
    for event in emulator.upstream.events:
        signatures = event.headers["ce-signature"].split(",")
        assert f"sha256={digest}" in signatures
        assert len(signatures) == 2


async def test_the_connection_state_travels_with_every_later_event(emulator_with_upstream: Emulator) -> None:
    emulator = emulator_with_upstream
    emulator.upstream.answers["connect"] = answering(lambda: web.Response(headers={"ce-connectionState": "one"}))
    emulator.upstream.answers["connected"] = answering(lambda: web.Response(headers={"ce-connectionState": "no"}))
    emulator.upstream.answers["chat"] = answering(lambda: web.Response(headers={"ce-connectionState": "two"}))
    client, _ = await emulator.open()
    await until(lambda: emulator.upstream.named("connected"))
    await client.ask({**EVENT, "ackId": 1})
    await client.ask({**EVENT, "ackId": 2})
    await client.socket.close()
    await until(lambda: emulator.upstream.named("disconnected"))
    states = [(event.name, event.headers.get("ce-connectionstate")) for event in emulator.upstream.events]
    assert states == [
        ("connect", None),
        ("connected", "one"),
        ("chat", "one"),
        ("chat", "two"),
        ("disconnected", "two"),
    ]


@pytest.mark.parametrize(
    ("data_type", "data", "content_type", "body"),
    [
        ("text", "hé", "text/plain", "hé".encode()),
        ("json", {"a": 1}, "application/json", b'{"a":1}'),
        ("binary", "AAE=", "application/octet-stream", b"\0\x01"),
    ],
)
async def test_an_event_reaches_the_handler_in_its_data_type_and_so_does_the_reply(
    emulator_with_upstream: Emulator, data_type: str, data: object, content_type: str, body: bytes
) -> None:
    emulator = emulator_with_upstream
    emulator.upstream.answers["chat"] = answering(lambda: web.Response(body=body, content_type=content_type))
    client, _ = await emulator.open()
    await client.send({"type": "event", "event": "chat", "dataType": data_type, "data": data, "ackId": 1})
    assert (await client.receive())["type"] in ("message", "ack")
    event = emulator.upstream.named("chat")[0]
    assert event.headers["ce-type"] == "azure.webpubsub.user.chat"
    assert event.headers["content-type"] == content_type
    assert event.body == body


async def test_the_reply_to_an_event_is_a_server_message(emulator_with_upstream: Emulator) -> None:
    emulator_with_upstream.upstream.answers["chat"] = answering(lambda: web.json_response({"ok": 1}))
    client, _ = await emulator_with_upstream.open()
    await client.send(EVENT)
    assert await client.receive() == {"type": "message", "from": "server", "dataType": "json", "data": {"ok": 1}}


async def test_a_duplicate_event_is_not_sent_twice(emulator_with_upstream: Emulator) -> None:
    client, _ = await emulator_with_upstream.open()
    await client.ask({**EVENT, "ackId": 1})
    ack = await client.ask({**EVENT, "ackId": 1})
    assert ack["error"]["name"] == "Duplicate"
    assert len(emulator_with_upstream.upstream.named("chat")) == 1


async def test_an_event_of_a_hub_without_a_handler_is_accepted(emulator: Emulator) -> None:
    client, _ = await emulator.open()
    assert (await client.ask({**EVENT, "ackId": 1}))["success"]


@pytest.mark.parametrize("status", [400, 500])
async def test_a_handler_that_fails_an_event_fails_the_ack_and_drops_the_connection(
    emulator_with_upstream: Emulator, status: int
) -> None:
    emulator = emulator_with_upstream
    emulator.upstream.answers["chat"] = answering(lambda: web.Response(status=status))
    client, connected = await emulator.open(subprotocol=RELIABLE)
    ack = await client.ask({**EVENT, "ackId": 1})
    assert ack["error"]["name"] == "InternalServerError"
    assert (await client.closed())[0] == 1008
    late = await emulator.recover(connected)
    assert (await late.closed())[0] == 1008


async def test_a_slow_event_is_failed_in_time_while_others_talk() -> None:
    async with running_emulator(Limits(upstream_seconds=0.3), with_upstream=True) as emulator:
        emulator.upstream.answers["chat"] = holding(asyncio.Event())
        ann, _ = await emulator.open("ann")
        ben, _ = await emulator.open("ben")
        await ann.send({**EVENT, "ackId": 1})
        await until(lambda: emulator.upstream.named("chat"))
        await ben.send({"type": "ping"})
        assert await ben.receive() == {"type": "pong"}
        ack = await ann.receive_where(type="ack")
        assert ack["error"]["name"] == "InternalServerError"


async def test_connected_comes_before_disconnected_however_short_the_visit(emulator_with_upstream: Emulator) -> None:
    emulator = emulator_with_upstream
    for _ in range(10):
        client, _ = await emulator.open()
        client.drop()
    await until(lambda: len(emulator.upstream.named("disconnected")) == 10)
    for connection_id in {event.headers["ce-connectionid"] for event in emulator.upstream.events}:
        names = [event.name for event in emulator.upstream.events if event.headers["ce-connectionid"] == connection_id]
        assert names == ["connect", "connected", "disconnected"]


async def test_disconnected_says_why_the_service_closed_the_connection(emulator_with_upstream: Emulator) -> None:
    emulator = emulator_with_upstream
    _, connected = await emulator.open()
    await emulator.rest("DELETE", f"connections/{connected['connectionId']}", params={"reason": "removed"})
    await until(lambda: emulator.upstream.named("disconnected"))
    assert emulator.upstream.named("disconnected")[0].json == {"reason": "removed"}


async def test_the_handler_hears_of_every_client_that_a_shutdown_disconnects() -> None:
    async with running_emulator(with_upstream=True) as emulator:
        release = asyncio.Event()
        emulator.upstream.answers["connected"] = holding(release)
        for number in range(3):
            await emulator.open(f"u{number}")
        await until(lambda: len(emulator.upstream.named("connected")) == 3)
        asyncio.get_running_loop().call_later(0.2, release.set)
    reasons = [event.json["reason"] for event in emulator.upstream.named("disconnected")]
    assert reasons == ["The service is shutting down."] * 3


async def test_hub_and_event_are_filled_into_the_url_of_the_handler() -> None:
    paths: list[str] = []

    async def record(request: web.Request) -> web.StreamResponse:
        paths.append(request.path)
        return web.Response(headers={"WebHook-Allowed-Origin": "*"})

    app = web.Application()
    app.router.add_route("*", "/{tail:.*}", record)
    async with (
        serving(app) as served,
        running_emulator(upstream_url=f"{served.origin}/{{hub}}/on/{{event}}") as emulator,
    ):
        client, _ = await emulator.open()
        await client.ask({**EVENT, "ackId": 1})
    assert f"/{HUB}/on/connect" in paths
    assert f"/{HUB}/on/chat" in paths
