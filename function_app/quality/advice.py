"""What was wrong with a connection that was in trouble: only what was measured, so that people look where it is."""

from __future__ import annotations

from enum import StrEnum

from function_app.quality.figures import loss_ratio, median_round_trip_ms, part_of
from parley_protocol.quality import PeerQuality

TROUBLED_RATIO = 0.1
"""From which part of the time on a connection that was poor or lost is worth a word."""
_HIGH_LOSS_RATIO = 0.05
_HIGH_ROUND_TRIP_MS = 300
_MOSTLY = 0.5


class Advice(StrEnum):
    INTERRUPTED = "interrupted"
    """For a tenth of the time or longer nothing was heard: Wi-Fi out of reach, another network, a sleeping device."""
    HIGH_LOSS_UP = "highLossUp"
    """One packet in twenty, or more, that was sent did not come: a crowded Wi-Fi or uplink."""
    HIGH_LOSS_DOWN = "highLossDown"
    """The same of what was sent to it."""
    HIGH_ROUND_TRIP = "highRoundTrip"
    """Half of the round trips, or more, took 300 ms or longer: a VPN, a region far away, a full link."""
    MOSTLY_TCP = "mostlyTcp"
    """UDP did not come through, probably because of a firewall; over TCP each loss delays all that follows."""


def is_troubled(quality: PeerQuality) -> bool:
    return part_of(quality.poor_seconds + quality.lost_seconds, quality.seconds) >= TROUBLED_RATIO


def advise(quality: PeerQuality) -> list[Advice]:
    """Nothing for a connection that was good nearly all the time."""
    if not is_troubled(quality):
        return []
    holds = {
        Advice.INTERRUPTED: part_of(quality.lost_seconds, quality.seconds) >= TROUBLED_RATIO,
        Advice.HIGH_LOSS_UP: loss_ratio(quality.up) >= _HIGH_LOSS_RATIO,
        Advice.HIGH_LOSS_DOWN: loss_ratio(quality.down) >= _HIGH_LOSS_RATIO,
        Advice.HIGH_ROUND_TRIP: (median_round_trip_ms(quality) or 0) >= _HIGH_ROUND_TRIP_MS,
        Advice.MOSTLY_TCP: part_of(quality.tcp_seconds, quality.seconds) >= _MOSTLY,
    }
    return [advice for advice, is_so in holds.items() if is_so]
