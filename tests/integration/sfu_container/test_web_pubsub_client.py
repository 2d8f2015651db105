"""The node's Web PubSub connection against a service that misbehaves."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from parley_protocol.errors import LeaveReason
from parley_protocol.ids import new_id
from parley_protocol.signalling import Left
from sfu_container import web_pubsub
from sfu_container.signalling import Signalling
from sfu_container.web_pubsub import WebPubSubConnection
from tests.integration.sfu_container.harness import listen
from tests.support.waiting import eventually

Behave = Callable[[web.WebSocketResponse], Awaitable[None]]


@asynccontextmanager
async def service(behave: Behave) -> AsyncIterator[str]:
    """A service that accepts every connection, says `connected` and then behaves as told; its URL."""

    async def client(request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse(protocols=["json.reliable.webpubsub.azure.v1"])
        await socket.prepare(request)
        await socket.send_json({"type": "system", "event": "connected", "connectionId": "c1", "userId": "nod_1"})
        await behave(socket)
        return socket

    app = web.Application()
    app.router.add_get("/client/hubs/meetings", client)
    runner, origin = await listen(app)
    yield f"{origin.replace('http', 'ws')}/client/hubs/meetings?access_token=secret"
    await runner.cleanup()


def group_message(data: Any, sequence: int) -> dict[str, Any]:
    return {
        "type": "message",
        "from": "group",
        "group": "sfu.ses_1",
        "fromUserId": "a/b/c/d",
        "dataType": "json",
        "data": data,
        "sequenceId": sequence,
    }


async def test_frames_that_cannot_be_read_are_skipped() -> None:
    async def behave(socket: web.WebSocketResponse) -> None:
        for frame in (
            "not JSON",
            "[]",
            "{}",
            '{"type": "message"}',
            '{"type": "message", "from": "group"}',
            "[" * 9_000,
        ):
            await socket.send_str(frame)
        await socket.send_json({**group_message(7, 1), "dataType": "text"})
        await socket.send_json(group_message({"type": "leave"}, 2))
        await socket.receive()

    received: list[tuple[str, str | None, object]] = []
    async with service(behave) as url:
        connection = WebPubSubConnection(url, lambda *message: received.append(message))
        await connection.open()
        await eventually(lambda: received, "the message came", every=0.01)
        assert received == [("sfu.ses_1", "a/b/c/d", {"type": "leave"})]
        assert connection.is_connected
        await connection.close()


async def test_a_reader_that_died_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(web_pubsub, "CHECK_SECONDS", 0.02)

    async def behave(socket: web.WebSocketResponse) -> None:
        await socket.receive()

    async with service(behave) as url:
        connection = WebPubSubConnection(url, lambda *_: None)
        await connection.open()
        reader = connection._client._task_run_forever
        assert reader is not None
        reader.cancel()
        await asyncio.wait_for(connection.lost(), 10)
        await connection.close()


async def test_a_refused_recovery_is_the_end_of_the_connection() -> None:
    clients: list[web.WebSocketResponse] = []

    async def behave(socket: web.WebSocketResponse) -> None:
        clients.append(socket)
        if len(clients) > 1:
            await socket.close(code=1008)
        await socket.receive()

    async with service(behave) as url:
        connection = WebPubSubConnection(url, lambda *_: None)
        await connection.open()
        await clients[0].close()
        await asyncio.wait_for(connection.lost(), 20)
        await connection.close()
        names = [task.get_name() for task in asyncio.all_tasks()]
        assert not any(name.startswith("run_forever") for name in names)


async def test_a_service_that_cannot_be_reached_is_tried_again_with_a_new_url(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    urls = iter(["ws://127.0.0.1:9/client/hubs/meetings?access_token=secret"])

    async def behave(socket: web.WebSocketResponse) -> None:
        await socket.receive()

    async with service(behave) as url:

        async def new_url() -> str:
            return next(urls, url)

        signalling = Signalling(new_url, lambda *_: None)
        task = asyncio.create_task(signalling.run())
        await eventually(lambda: signalling.is_connected, "connected at the second attempt")
        task.cancel()
        await asyncio.wait([task])
    ours = [record.getMessage() for record in caplog.records if record.name.startswith("sfu_container")]
    assert ours
    assert not any("secret" in line for line in ours)


async def test_answers_wait_for_a_connection_and_keep_their_order() -> None:
    said: list[Any] = []
    may_connect = asyncio.Event()

    async def behave(socket: web.WebSocketResponse) -> None:
        async for frame in socket:
            if frame.type is aiohttp.WSMsgType.TEXT:
                message = json.loads(frame.data)
                said.append(message)
                await socket.send_json({"type": "ack", "ackId": message["ackId"], "success": True})

    participant = new_id("par")
    answers = [Left(peer=new_id("peer"), reason=LeaveReason.ENDED) for _ in range(20)]
    async with service(behave) as url:

        async def new_url() -> str:
            await may_connect.wait()
            return url

        signalling = Signalling(new_url, lambda *_: None)
        for answer in answers:
            signalling.send(participant, answer)
        task = asyncio.create_task(signalling.run())
        may_connect.set()
        await asyncio.wait_for(signalling.flushed(), 10)
        task.cancel()
        await asyncio.wait([task])
    assert [message["data"]["peer"] for message in said] == [answer.peer for answer in answers]
    assert {message["group"] for message in said} == {f"p.{participant}"}
    assert signalling.dropped == 0


async def test_more_answers_than_may_wait_are_dropped_and_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sfu_container.signalling.MAX_WAITING_PER_SENDER", 3)

    async def never() -> str:
        await asyncio.Event().wait()
        return ""

    signalling = Signalling(never, lambda *_: None)
    for _ in range(5):
        signalling.send("par_1", Left(peer=new_id("peer"), reason=LeaveReason.ENDED))
    assert signalling.dropped == 2
