"""A bad stretch of network between a client and a node: UDP through a bottleneck with a queue, or with losses."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from types import TracebackType
from typing import Self

Address = tuple[str, int]
MAX_QUEUE_SECONDS = 0.3
"""What would wait longer is dropped, as routers do whose queue is full."""
OVERHEAD_BYTES = 28
"""IPv4 and UDP, which the path carries as well."""

THROUGH_RELAY = """{{
    const setRemoteDescription = RTCPeerConnection.prototype.setRemoteDescription;
    RTCPeerConnection.prototype.setRemoteDescription = function (description) {{
        const sdp = description.sdp
            .replace(/a=candidate:\\S+ \\d+ tcp .*\\r\\n/gi, '')
            .replace(/(a=candidate:\\S+ \\d+ udp \\d+ \\S+) \\d+/gi, '$1 {port}');
        return setRemoteDescription.call(this, {{ type: description.type, sdp }});
    }};
}}"""


class Relay:
    """Passes datagrams of any number of clients to one node and back.

    What comes back to a client goes through one bottleneck, `bits_per_second` wide; `None` is as wide as the machine.
    """

    def __init__(self, node: Address) -> None:
        self.bits_per_second: float | None = None
        self.loses: Callable[[bytes], bool] | None = None
        """Which datagrams never come to a client."""
        self.dropped = 0
        self._node = node
        self._near: asyncio.DatagramTransport | None = None
        self._far: dict[Address, asyncio.Future[asyncio.DatagramTransport]] = {}
        self._free_at = 0.0
        """When the bottleneck is done with all that waits."""

    @property
    def script(self) -> str:
        """Makes a page take this way."""
        return THROUGH_RELAY.format(port=self.port)

    @property
    def port(self) -> int:
        assert self._near is not None
        return int(self._near.get_extra_info("sockname")[1])

    async def __aenter__(self) -> Self:
        loop = asyncio.get_running_loop()
        self._near, _ = await loop.create_datagram_endpoint(lambda: _Near(self), local_addr=("127.0.0.1", 0))
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._near is not None
        self._near.close()
        for transport in await asyncio.gather(*self._far.values()):
            transport.close()

    async def to_node(self, client: Address, data: bytes) -> None:
        loop = asyncio.get_running_loop()
        if client not in self._far:
            opened = self._far[client] = loop.create_future()
            far, _ = await loop.create_datagram_endpoint(lambda: _Far(self, client), remote_addr=self._node)
            opened.set_result(far)
        (await self._far[client]).sendto(data)

    def to_client(self, client: Address, data: bytes) -> None:
        loop = asyncio.get_running_loop()
        now = loop.time()
        starts_at = max(now, self._free_at)
        if self.loses is not None and self.loses(data):
            self.dropped += 1
        elif self.bits_per_second is None:
            self._send(client, data)
        elif starts_at - now > MAX_QUEUE_SECONDS:
            self.dropped += 1
        else:
            self._free_at = starts_at + (len(data) + OVERHEAD_BYTES) * 8 / self.bits_per_second
            loop.call_at(self._free_at, self._send, client, data)

    def _send(self, client: Address, data: bytes) -> None:
        if self._near is not None and not self._near.is_closing():
            self._near.sendto(data, client)


class _Near(asyncio.DatagramProtocol):
    def __init__(self, relay: Relay) -> None:
        self._relay = relay
        self._tasks: set[asyncio.Task[None]] = set()

    def datagram_received(self, data: bytes, addr: Address) -> None:
        task = asyncio.ensure_future(self._relay.to_node(addr, data))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


class _Far(asyncio.DatagramProtocol):
    def __init__(self, relay: Relay, client: Address) -> None:
        self._relay = relay
        self._client = client

    def datagram_received(self, data: bytes, addr: Address) -> None:
        self._relay.to_client(self._client, data)
