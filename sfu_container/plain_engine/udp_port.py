"""A UDP socket that all Peers share."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable

from sfu_container.plain_engine.addresses import bind
from sfu_container.plain_engine.ice_agent import Path

_MAX_DATAGRAM = 2_048
_DATAGRAMS_PER_WAKE_UP = 128
"""So that timers and TCP get their turn under load."""
_BUFFER_SIZE = 4 << 20


class UdpPort:
    def __init__(
        self,
        address: tuple[str, int],
        number: int,
        receive: Callable[[Path, bytes], None],
        loop: asyncio.AbstractEventLoop,
    ) -> None:
        """Bind to an address; raises `OSError`."""
        self._socket = bind(address, socket.SOCK_DGRAM)
        for option in (socket.SO_RCVBUF, socket.SO_SNDBUF):
            self._socket.setsockopt(socket.SOL_SOCKET, option, _BUFFER_SIZE)
        self.address: tuple[str, int] = self._socket.getsockname()[:2]
        self._number = number
        self._receive = receive
        self._loop = loop
        loop.add_reader(self._socket, self._read)

    def send(self, path: Path, data: bytes) -> bool:
        """Send a datagram; False when the kernel does not take it."""
        try:
            self._socket.sendto(data, path.remote)
        except OSError:
            return False
        return True

    def _read(self) -> None:
        for _ in range(_DATAGRAMS_PER_WAKE_UP):
            try:
                data, remote = self._socket.recvfrom(_MAX_DATAGRAM)
            except BlockingIOError:
                return
            except OSError:
                # An ICMP error about an earlier datagram; it says nothing about the next one.
                continue
            self._receive(Path("udp", remote[:2], self._number), data)

    def close(self) -> None:
        """Close the socket."""
        self._loop.remove_reader(self._socket)
        self._socket.close()
