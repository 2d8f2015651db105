"""Clients of an engine on real sockets, on 127.0.0.1."""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import Callable

from sfu_container.engine import Engine, Event
from sfu_container.plain_engine import PlainEngine
from sfu_container.plain_engine.framing import frame

LOOPBACK = ("127.0.0.1", 0)


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        while not condition():  # noqa: ASYNC110  # what is waited for has no event of its own
            await asyncio.sleep(0.005)


async def next_event(engine: Engine) -> Event:
    """Wait as a caller does: for the file descriptor."""
    loop = asyncio.get_running_loop()
    readable = asyncio.Event()
    loop.add_reader(engine.event_fd(), readable.set)
    try:
        await asyncio.wait_for(readable.wait(), 5)
    finally:
        loop.remove_reader(engine.event_fd())
    (event,) = engine.poll_events(1)
    return event


class UdpClient:
    def __init__(self, engine: PlainEngine) -> None:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.setblocking(False)
        self._socket.connect(engine.udp_addresses[0])

    def send(self, data: bytes) -> None:
        self._socket.send(data)

    async def receive(self) -> bytes:
        return await asyncio.wait_for(asyncio.get_running_loop().sock_recv(self._socket, 2048), 5)

    def close(self) -> None:
        self._socket.close()


class TcpClient:
    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    @classmethod
    async def connect(cls, engine: PlainEngine, host: str = "127.0.0.1") -> TcpClient:
        return cls(*await asyncio.open_connection(*engine.tcp_addresses[0], local_addr=(host, 0)))

    def send(self, data: bytes) -> None:
        self.writer.write(frame(data))

    async def receive(self) -> bytes:
        async with asyncio.timeout(5):
            (size,) = struct.unpack("!H", await self.reader.readexactly(2))
            return await self.reader.readexactly(size)

    async def is_hung_up_on(self) -> bool:
        async with asyncio.timeout(5):
            try:
                return await self.reader.read() == b""
            except ConnectionResetError:
                return True

    def close(self) -> None:
        self.writer.close()
