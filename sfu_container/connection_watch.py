"""How the connection of one Peer fares, from one look to the next.

A look is worth a judgement of its own; the quality follows only when several in a row agree, so that a burst of loss
does not make everybody's picture of the meeting flicker.
"""

from __future__ import annotations

from parley_protocol.control import ConnectionQuality, EncodingStats, FlowStats, SlotStats, Stats
from sfu_container import engine_stats
from sfu_container.peer_slots import parse_slot_id
from sfu_container.quality_sum import QualitySum

POOR_LOSS_RATIO = 0.05
POOR_ROUND_TRIP_SECONDS = 0.5
POOR_ESTIMATE = 150_000
"""In bits per second: hardly more than sound."""
MIN_PACKETS = 20
"""Of fewer packets between two looks, loss says nothing."""
LOOKS_UNTIL_POOR = 2
LOOKS_UNTIL_GOOD = 3
DIGITS = 4
"""Of a ratio that is told."""


class ConnectionWatch:
    """Begins with a good connection."""

    def __init__(self) -> None:
        self.quality = ConnectionQuality.GOOD
        self.is_watched = False
        """Whether the client wants to be told the statistics."""
        self.sum = QualitySum()
        """Of the whole time, for the control plane."""
        self._before = self._now = engine_stats.PeerStats()
        self._contrary_looks = 0

    def look(self, stats: engine_stats.PeerStats, is_silent: bool) -> None:
        """Take the newest statistics; `is_silent` while nothing is heard on the media path."""
        self._before, self._now = self._now, stats
        if is_silent:
            self.quality, self._contrary_looks = ConnectionQuality.LOST, 0
            return
        judged = ConnectionQuality.POOR if self._is_poor else ConnectionQuality.GOOD
        if judged is self.quality:
            self._contrary_looks = 0
            return
        self._contrary_looks += 1
        needed = LOOKS_UNTIL_GOOD if judged is ConnectionQuality.GOOD else LOOKS_UNTIL_POOR
        if self._contrary_looks >= needed or self.quality is ConnectionQuality.LOST:
            self.quality, self._contrary_looks = judged, 0

    @property
    def _is_poor(self) -> bool:
        now = self._now
        return (
            max(self._loss_up(MIN_PACKETS), self._loss_down(MIN_PACKETS)) > POOR_LOSS_RATIO
            or (now.round_trip_seconds or 0.0) > POOR_ROUND_TRIP_SECONDS
            or (now.estimate_bits_per_second or POOR_ESTIMATE) < POOR_ESTIMATE
        )

    def _loss_up(self, min_packets: int = 1) -> float:
        """What the node missed of what it was sent since the look before: what came and what did not are all."""
        lost = max(0, self._now.received.lost - self._before.received.lost)
        return _ratio(lost, self._now.received.packets - self._before.received.packets + lost, min_packets)

    def _loss_down(self, min_packets: int = 1) -> float:
        """What the client said that it missed, of what was sent."""
        lost = max(0, self._now.sent.lost - self._before.sent.lost)
        return _ratio(lost, self._now.sent.packets - self._before.sent.packets, min_packets)

    def report(self) -> Stats:
        """What the client is told that watches."""
        now = self._now
        return Stats(
            round_trip_ms=_milliseconds(now.round_trip_seconds),
            transport=now.transport,
            estimate=now.estimate_bits_per_second,
            up=FlowStats(bits_per_second=now.received_bits_per_second, loss_ratio=self._loss_up()),
            down=FlowStats(bits_per_second=now.sent_bits_per_second, loss_ratio=self._loss_down()),
            publications=tuple(map(_report_encoding, now.encodings)),
            slots=tuple(_report_slot(slot, slot.publication) for slot in now.slots if slot.publication is not None),
        )


def _report_encoding(stats: engine_stats.EncodingStats) -> EncodingStats:
    return EncodingStats(
        publication=stats.publication,
        rid=stats.rid,
        height=stats.height,
        bits_per_second=stats.bits_per_second,
        loss_ratio=round(stats.loss_ratio, DIGITS),
        jitter_ms=round(stats.jitter_seconds * 1_000),
    )


def _report_slot(stats: engine_stats.SlotStats, publication: str) -> SlotStats:
    _, mid = parse_slot_id(stats.slot)
    return SlotStats(
        mid=mid,
        publication=publication,
        rid=stats.rid,
        height=stats.height,
        spatial_layer=stats.spatial_layer,
        temporal_layer=stats.temporal_layer,
        bits_per_second=stats.bits_per_second,
        loss_ratio=None if stats.loss_ratio is None else round(stats.loss_ratio, DIGITS),
        jitter_ms=_milliseconds(stats.jitter_seconds),
        freezes=stats.freezes,
    )


def _ratio(part: int, whole: int, min_whole: int) -> float:
    return round(min(1.0, part / whole), DIGITS) if whole >= min_whole else 0.0


def _milliseconds(seconds: float | None) -> int | None:
    return None if seconds is None else round(seconds * 1_000)
