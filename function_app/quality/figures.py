"""The figures that people read, from what nodes have counted."""

from __future__ import annotations

from itertools import accumulate

from parley_protocol.quality import ROUND_TRIP_BOUNDS_MS, FlowQuality, PeerQuality

DIGITS = 4
"""Of a ratio."""


def part_of(seconds: float, whole: float) -> float:
    """0 to 1."""
    return round(min(1.0, seconds / whole), DIGITS) if whole else 0.0


def loss_ratio(flow: FlowQuality) -> float:
    """0 to 1."""
    return round(flow.lost / flow.packets, DIGITS) if flow.packets else 0.0


def bits_per_second(flow: FlowQuality, seconds: float) -> int:
    """The mean."""
    return round(flow.bytes * 8 / seconds) if seconds else 0


def median_round_trip_ms(quality: PeerQuality) -> int | None:
    """Within its class, round trips are taken to lie evenly; None where there was none."""
    half = sum(quality.round_trips) / 2
    if not half:
        return None
    counted = list(accumulate(quality.round_trips))
    median_class = next(index for index, count in enumerate(counted) if count >= half)
    in_class = quality.round_trips[median_class]
    lower = ROUND_TRIP_BOUNDS_MS[median_class - 1] if median_class else 0
    upper = ROUND_TRIP_BOUNDS_MS[median_class]
    median = round(lower + (upper - lower) * (half - counted[median_class] + in_class) / in_class)
    return median if quality.worst_round_trip_ms is None else min(median, quality.worst_round_trip_ms)
