"""One ICE-TCP connection (RFC 6544): frames in, frames out, and a slow reader does not hold up the others."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable

from sfu_container.plain_engine.addresses import network_of
from sfu_container.plain_engine.errors import BadInputError
from sfu_container.plain_engine.framing import FrameDecoder, frame
from sfu_container.plain_engine.ice_agent import Path

MAX_WRITE_BUFFER = 256 << 10
"""Bytes that wait for a slow reader; packets beyond are dropped, as a full link would."""
_READ_SIZE = 4 << 10
"""Bytes read before others have their turn: few, for each tiny frame in them costs as much as a large one."""


class TcpConnection:
    def __init__(
        self,
        accepted: socket.socket,
        path: Path,
        receive: Callable[[Path, bytes], None],
        closed: Callable[[TcpConnection, BadInputError | None], None],
        loop: asyncio.AbstractEventLoop,
    ) -> None:
        """Serve an accepted socket; `closed` is called once, with the reason when it was ours."""
        self.path = path
        self.network = network_of(path.remote[0])
        self.opened_at = loop.time()
        self._socket = accepted
        self._decoder = FrameDecoder()
        self._unsent = bytearray()
        self._receive = receive
        self._closed = closed
        self._is_open = True
        self._loop = loop
        loop.add_reader(accepted, self._read)

    def send(self, packet: bytes) -> bool:
        """Send a packet whole or not at all; False when too much waits already."""
        if not self._is_open or len(self._unsent) + len(packet) > MAX_WRITE_BUFFER:
            return False
        was_idle = not self._unsent
        self._unsent += frame(packet)
        if was_idle:
            self._write()
        return True

    def _read(self) -> None:
        try:
            data = self._socket.recv(_READ_SIZE)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            self.close()
            return
        try:
            packets = self._decoder.feed(data)
        except BadInputError as error:
            self.close(error)
            return
        for packet in packets:
            if self._is_open:
                self._receive(self.path, packet)

    def _write(self) -> None:
        try:
            sent = self._socket.send(self._unsent)
        except BlockingIOError:
            sent = 0
        except OSError:
            # Reading meets the same error, and closes.
            self._unsent.clear()
            sent = 0
        del self._unsent[:sent]
        if self._unsent:
            self._loop.add_writer(self._socket, self._write)
        else:
            self._loop.remove_writer(self._socket)

    def close(self, reason: BadInputError | None = None) -> None:
        """Close the socket; what waits to be written is lost."""
        if not self._is_open:
            return
        self._is_open = False
        self._loop.remove_reader(self._socket)
        self._loop.remove_writer(self._socket)
        self._socket.close()
        self._closed(self, reason)
