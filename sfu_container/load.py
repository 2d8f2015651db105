"""How busy the node is, measured between two reports."""

from __future__ import annotations

from parley_protocol.nodes import Load
from sfu_container.engine import Engine
from sfu_container.rooms import Rooms

MIN_INTERVAL_SECONDS = 0.5


class LoadMeter:
    """Packets a second, received and sent together, since the last measurement."""

    def __init__(self, rooms: Rooms, engine: Engine, now: float) -> None:
        self._rooms = rooms
        self._engine = engine
        self._last_time = now
        self._last_packets = 0
        self._rate = 0.0

    def measure(self, now: float) -> Load:
        elapsed = now - self._last_time
        if elapsed >= MIN_INTERVAL_SECONDS:
            stats = self._engine.stats()
            packets = stats.received.packets + stats.sent.packets
            self._rate = max(0.0, (packets - self._last_packets) / elapsed)
            self._last_time, self._last_packets = now, packets
        return Load(packets_per_second=self._rate, peers=self._rooms.peers, sessions=len(self._rooms.sessions))
