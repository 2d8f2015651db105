"""The native engine's statistics as the seam's data classes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfu_container.engine_stats import (
    Distribution,
    EncodingStats,
    EngineStats,
    PeerStats,
    ReportStats,
    SlotStats,
    StreamStats,
)

if TYPE_CHECKING:
    from parley_forwarder._engine import _Distribution, _EngineStats, _PeerStats, _Reports

    from sfu_container.engine import MediaKind


def to_peer_stats(told: _PeerStats) -> PeerStats:
    return PeerStats(
        received=StreamStats(**told["received"]),
        sent=StreamStats(**told["sent"]),
        received_bits_per_second=told["received_bits_per_second"],
        sent_bits_per_second=told["sent_bits_per_second"],
        round_trip_seconds=told["round_trip_seconds"],
        transport=told["transport"],
        estimate_bits_per_second=told["estimate_bits_per_second"],
        encodings=[EncodingStats(**encoding) for encoding in told["encodings"]],
        slots=[SlotStats(**slot) for slot in told["slots"]],
    )


def to_engine_stats(told: _EngineStats) -> EngineStats:
    return EngineStats(
        received=StreamStats(**told["received"]),
        sent=StreamStats(**told["sent"]),
        freezes=told["freezes"],
        round_trip_seconds=_to_distribution(told["round_trip_seconds"]),
        received_reports=_to_reports(told["received_reports"]),
        sent_reports=_to_reports(told["sent_reports"]),
        dropped=told["dropped"],
        peers=told["peers"],
        publications=told["publications"],
        carrying_slots=told["carrying_slots"],
        estimated_peers=told["estimated_peers"],
        estimate_bits_per_second=told["estimate_bits_per_second"],
        paced_packets=told["paced_packets"],
        waiting_events=told["waiting_events"],
        cpu_seconds=told["cpu_seconds"],
    )


def _to_reports(told: _Reports) -> dict[MediaKind, ReportStats]:
    return {
        kind: ReportStats(_to_distribution(loss), _to_distribution(jitter)) for kind, (loss, jitter) in told.items()
    }


def _to_distribution(told: _Distribution) -> Distribution:
    return Distribution(*told)
