"""A client that does not read: it must not grow the process, delay others, or lose what it can still recover."""

import asyncio
import contextlib
import json
import socket
import time
from typing import Any

from local_azure.webpubsub import Limits

from .support import ALL_GROUPS, DEADLINE, HUB, JSON, RELIABLE, Emulator, running_emulator, until

SMALL = Limits(outgoing_bytes=200_000, unacked_bytes=60_000_000, close_seconds=0.2)
FEW = Limits(outgoing_frames=10, outgoing_bytes=2**40, close_seconds=0.2)
CHUNK = "x" * 50_000


class StalledClient:
    """A WebSocket client that shakes hands and then never reads: nothing leaves its small receive buffer."""

    def __init__(self, emulator: Emulator, subprotocol: str) -> None:
        self._emulator = emulator
        self._subprotocol = subprotocol
        self._socket = socket.socket()
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        self._socket.setblocking(False)

    async def open(self) -> str:
        """Shakes hands and returns what came with it."""
        host, port = self._emulator.origin.removeprefix("http://").split(":")
        token = self._emulator.token(groups=("room",), sub="stalled", role=list(ALL_GROUPS))
        loop = asyncio.get_running_loop()
        await loop.sock_connect(self._socket, (host, int(port)))
        request = (
            f"GET /client/hubs/{HUB}?access_token={token} HTTP/1.1\r\nHost: {host}:{port}\r\n"
            "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
            f"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Protocol: {self._subprotocol}\r\n\r\n"
        )
        await loop.sock_sendall(self._socket, request.encode())
        received = b""
        while b'"connectionId"' not in received or not received.endswith(b"}"):
            received += await loop.sock_recv(self._socket, 4096)
        return received[received.index(b"{") :].decode()

    async def cut_off(self) -> None:
        """Returns once the service has ended the connection, reading what was on its way."""
        loop = asyncio.get_running_loop()
        with contextlib.suppress(ConnectionResetError):
            async with asyncio.timeout(DEADLINE):
                while await loop.sock_recv(self._socket, 65536):
                    pass
        self._socket.close()


async def members(emulator: Emulator) -> list[str]:
    _, page = await emulator.rest("GET", "groups/room/connections")
    return sorted(member["userId"] for member in page["value"])


async def flood(emulator: Emulator, reader: Any, count: int) -> float:
    """Sends to the group and reads every message at the healthy member; returns the slowest trip in seconds."""
    slowest = 0.0
    for _ in range(count):
        started = time.monotonic()
        status, _ = await emulator.rest("POST", "groups/room/:send", json=CHUNK)
        assert status == 202
        await reader.receive()
        slowest = max(slowest, time.monotonic() - started)
    return slowest


async def test_a_client_that_does_not_read_is_closed_and_delays_nobody() -> None:
    async with running_emulator(SMALL) as emulator:
        stalled = StalledClient(emulator, JSON)
        await stalled.open()
        reader, _ = await emulator.open("reader", groups=("room",))
        slowest = await flood(emulator, reader, 150)
        assert await members(emulator) == ["reader"]
        await stalled.cut_off()
    assert slowest < 3.0


async def test_a_stalled_socket_is_let_go_even_if_it_never_answers_the_close() -> None:
    async with running_emulator(SMALL, with_upstream=True) as emulator:
        stalled = StalledClient(emulator, JSON)
        await stalled.open()
        reader, _ = await emulator.open("reader", groups=("room",))
        with_both = emulator.open_sockets()
        await flood(emulator, reader, 150)
        # Sending by REST has opened one more socket, which stays open.
        await until(lambda: emulator.open_sockets() == with_both)
        await until(lambda: emulator.upstream.named("disconnected"))
        await stalled.cut_off()
    assert "fast enough" in emulator.upstream.named("disconnected")[0].json["reason"]


async def test_a_stalled_reliable_client_loses_its_socket_but_recovers_every_message() -> None:
    async with running_emulator(SMALL) as emulator:
        stalled = StalledClient(emulator, RELIABLE)
        connected = json.loads(await stalled.open())
        reader, _ = await emulator.open("reader", groups=("room",))
        await flood(emulator, reader, 150)
        assert await members(emulator) == ["reader", "stalled"]
        await stalled.cut_off()
        again = await emulator.recover(connected)
        await again.receive_where(event="connected")
        sequence = [(await again.receive())["sequenceId"] for _ in range(150)]
        await again.send({"type": "sequenceAck", "sequenceId": 150})
        await again.send({"type": "ping"})
        assert await again.receive() == {"type": "pong"}
    assert sequence == list(range(1, 151))


async def test_a_client_that_only_asks_and_never_reads_is_closed() -> None:
    """Answers to the client itself count like messages from others."""
    async with running_emulator(FEW, with_upstream=True) as emulator:
        asker, _ = await emulator.open("asker", roles=())
        connection = asker.socket._response.connection
        assert connection is not None
        assert connection.transport is not None
        connection.transport.pause_reading()
        # The refusal repeats the name of the group, so each answer is worth a kilobyte.
        frame = {"type": "joinGroup", "group": "g" * 1024, "ackId": 1}
        with contextlib.suppress(ConnectionError):
            async with asyncio.timeout(DEADLINE):
                while not emulator.upstream.named("disconnected"):
                    await asker.send(frame)
        await until(lambda: emulator.upstream.named("disconnected"))
        connection.transport.abort()
    assert "fast enough" in emulator.upstream.named("disconnected")[0].json["reason"]
