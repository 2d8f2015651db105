"""A TCP socket that all Peers share, and its connections.

A connection is unproven until a valid STUN check has come on it. Such ones are few, live for seconds, and end at once
when they bring anything else.
"""

from __future__ import annotations

import asyncio
import socket
from collections import Counter

from sfu_container.plain_engine.addresses import bind, network_of
from sfu_container.plain_engine.errors import BadInputError, DropReason
from sfu_container.plain_engine.forwarder import Forwarder
from sfu_container.plain_engine.ice_agent import Path
from sfu_container.plain_engine.tcp_connection import TcpConnection

MAX_UNPROVEN = 128
"""When one more comes, the oldest of the network that holds the most has to go."""
MAX_UNPROVEN_PER_NETWORK = 8
"""When one more comes, the oldest from there has to go."""
UNPROVEN_SECONDS = 5.0
_ACCEPTS_PER_WAKE_UP = 32
_BACKLOG = 128


class TcpPort:
    def __init__(
        self, address: tuple[str, int], number: int, forwarder: Forwarder, loop: asyncio.AbstractEventLoop
    ) -> None:
        """Listen on an address; raises `OSError`."""
        self._socket = bind(address, socket.SOCK_STREAM)
        self._socket.listen(_BACKLOG)
        self.address: tuple[str, int] = self._socket.getsockname()[:2]
        self._number = number
        self._forwarder = forwarder
        self._connections: dict[Path, TcpConnection] = {}
        """In the order in which they were opened."""
        self._loop = loop
        loop.add_reader(self._socket, self._accept)

    def __len__(self) -> int:
        """How many connections are open."""
        return len(self._connections)

    def send(self, path: Path, data: bytes) -> bool:
        """Send a packet; False when the connection is closed or its reader is too slow."""
        connection = self._connections.get(path)
        return connection is not None and connection.send(data)

    def expire(self) -> None:
        """Close connections that no Peer has claimed in time, or whose Peer is gone."""
        for connection in self._unproven():
            if self._loop.time() - connection.opened_at >= UNPROVEN_SECONDS:
                connection.close(BadInputError(DropReason.TOO_MANY_CONNECTIONS))

    def _unproven(self) -> list[TcpConnection]:
        return [other for other in self._connections.values() if not self._forwarder.is_proven(other.path)]

    def _accept(self) -> None:
        for _ in range(_ACCEPTS_PER_WAKE_UP):
            try:
                accepted, remote = self._socket.accept()
            except OSError:
                # Nothing waits, or the client hung up, or descriptors have run out; `expire` frees some.
                return
            self._serve(accepted, Path("tcp", remote[:2], self._number))

    def _serve(self, accepted: socket.socket, path: Path) -> None:
        accepted.setblocking(False)
        accepted.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._make_room(network_of(path.remote[0]))
        self._connections[path] = TcpConnection(accepted, path, self._receive, self._forget, self._loop)

    def _make_room(self, network: bytes) -> None:
        """See to it that one more unproven connection from a network may be there."""
        unproven = self._unproven()
        held = Counter(connection.network for connection in unproven)
        if held[network] >= MAX_UNPROVEN_PER_NETWORK:
            crowded = network
        elif len(unproven) >= MAX_UNPROVEN:
            crowded = held.most_common(1)[0][0]
        else:
            return
        oldest = next(connection for connection in unproven if connection.network == crowded)
        oldest.close(BadInputError(DropReason.TOO_MANY_CONNECTIONS))

    def _receive(self, path: Path, data: bytes) -> None:
        self._forwarder.receive(path, data, self._loop.time())
        if not self._forwarder.is_proven(path):
            # Why the packet proved nothing is counted already.
            self._connections[path].close()

    def _forget(self, connection: TcpConnection, reason: BadInputError | None) -> None:
        del self._connections[connection.path]
        self._forwarder.forget_path(connection.path)
        if reason is not None:
            self._forwarder.count_drop(reason.reason)

    def close(self) -> None:
        """Close the listening socket and all connections."""
        self._loop.remove_reader(self._socket)
        self._socket.close()
        for connection in list(self._connections.values()):
            connection.close()
