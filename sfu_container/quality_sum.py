"""How the connection of one Peer was, summed up from look to look in the same few numbers however long it lasts."""

from __future__ import annotations

from bisect import bisect_left

from parley_protocol.control import ConnectionQuality
from parley_protocol.quality import (
    MAX_COUNT,
    MAX_ROUND_TRIP_MS,
    MAX_SECONDS,
    ROUND_TRIP_BOUNDS_MS,
    FlowQuality,
    PeerQuality,
)
from sfu_container.engine_stats import PeerStats, StreamStats

DIGITS = 1
"""Of seconds that are told."""


class _FlowSum:
    def __init__(self) -> None:
        self._packets = 0
        self._lost = 0
        self._bytes = 0

    def add(self, before: StreamStats, now: StreamStats, *, lost_are_counted: bool) -> None:
        """`lost_are_counted`: packets that got lost are among `packets`, as they are where the node sends."""
        lost = max(0, now.lost - before.lost)
        self._packets += max(0, now.packets - before.packets) + (0 if lost_are_counted else lost)
        self._lost += lost
        self._bytes += max(0, now.bytes - before.bytes)

    def told(self) -> FlowQuality:
        packets = min(MAX_COUNT, self._packets)
        return FlowQuality(packets=packets, lost=min(packets, self._lost), bytes=min(MAX_COUNT, self._bytes))


class QualitySum:
    """Begins with the first look at a connection that has been there."""

    def __init__(self) -> None:
        self._before: PeerStats | None = None
        self._looked_at = 0.0
        self._seconds = dict.fromkeys(ConnectionQuality, 0.0)
        self._tcp_seconds = 0.0
        self._round_trips = [0] * len(ROUND_TRIP_BOUNDS_MS)
        self._worst_round_trip_ms: int | None = None
        self._up = _FlowSum()
        self._down = _FlowSum()
        self._freezes = 0
        self._frozen_seconds = 0.0

    def add(self, stats: PeerStats, quality: ConnectionQuality, now: float) -> None:
        """Take the newest statistics, and what was judged by them; `now` in seconds."""
        before, since = self._before, max(0.0, now - self._looked_at)
        self._before, self._looked_at = stats, now
        if before is None:
            return
        self._seconds[quality] += since
        if stats.transport == "tcp":
            self._tcp_seconds += since
        if quality is not ConnectionQuality.LOST and stats.round_trip_seconds is not None:
            self._add_round_trip(round(stats.round_trip_seconds * 1_000))
        self._up.add(before.received, stats.received, lost_are_counted=False)
        self._down.add(before.sent, stats.sent, lost_are_counted=True)
        self._freezes += max(0, _freezes(stats) - _freezes(before))
        self._frozen_seconds += max(0.0, _frozen_seconds(stats) - _frozen_seconds(before))

    def _add_round_trip(self, milliseconds: int) -> None:
        taken = min(MAX_ROUND_TRIP_MS, max(0, milliseconds))
        self._round_trips[bisect_left(ROUND_TRIP_BOUNDS_MS, taken)] += 1
        self._worst_round_trip_ms = max(taken, self._worst_round_trip_ms or 0)

    def told(self) -> PeerQuality | None:
        """The sum; None when there were not two looks at it, and nothing can be said."""
        if not any(self._seconds.values()):
            return None
        return PeerQuality(
            good_seconds=_seconds(self._seconds[ConnectionQuality.GOOD]),
            poor_seconds=_seconds(self._seconds[ConnectionQuality.POOR]),
            lost_seconds=_seconds(self._seconds[ConnectionQuality.LOST]),
            tcp_seconds=_seconds(self._tcp_seconds),
            round_trips=tuple(self._round_trips),
            worst_round_trip_ms=self._worst_round_trip_ms,
            up=self._up.told(),
            down=self._down.told(),
            freezes=self._freezes,
            frozen_seconds=_seconds(self._frozen_seconds),
        )


def _seconds(seconds: float) -> float:
    return min(MAX_SECONDS, round(seconds, DIGITS))


def _freezes(stats: PeerStats) -> int:
    return sum(slot.freezes for slot in stats.slots)


def _frozen_seconds(stats: PeerStats) -> float:
    return sum(slot.frozen_seconds for slot in stats.slots)
