"""The results as Markdown."""

from __future__ import annotations

from collections.abc import Sequence

from bench.side_by_side import limit
from bench.side_by_side.rows import Summary, cost_ratio

BASELINE = "Janus event_loops=1"
HEADER = (
    "load",
    "SFU",
    "packets/s out",
    "CPU µs per packet",
    "to Janus",
    "of the limit",
    "core",
    "p50 ms",
    "p99 ms",
    "loss",
    "RSS MiB",
    "KiB a peer",
)


def table(summaries: Sequence[Summary]) -> str:
    lines = [HEADER, tuple("---" if column < 2 else "---:" for column in range(len(HEADER)))]
    lines += [_cells(summary, summaries) for summary in summaries]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in lines)


def _cells(summary: Summary, summaries: Sequence[Summary]) -> tuple[str, ...]:
    to_janus = cost_ratio(summaries, summary.scenario, summary.sfu, BASELINE)
    to_limit = cost_ratio(summaries, summary.scenario, limit.NAME, summary.sfu)
    is_limit = summary.sfu == limit.NAME
    return (
        summary.scenario,
        summary.sfu,
        f"{summary.received_per_second:,.0f}",
        _cost(summary),
        "" if to_janus is None or summary.sfu == BASELINE else f"{to_janus:.2f}",
        "" if to_limit is None or is_limit else f"{to_limit:.0%}",
        f"{summary.cpu_share:.1%}",
        _number(summary.latency_p50),
        _number(summary.latency_p99),
        "" if is_limit else f"{summary.loss:.3%}",
        "" if is_limit else f"{summary.resident_bytes / 2**20:.0f}",
        "" if summary.bytes_per_peer is None else f"{summary.bytes_per_peer / 2**10:.0f}",
    )


def _cost(summary: Summary) -> str:
    if summary.cpu_micros_per_packet is None or summary.cpu_range is None:
        return ""
    low, high = summary.cpu_range
    void = f", {summary.void} void" if summary.void else ""
    return f"{summary.cpu_micros_per_packet:.2f} ({low:.2f} to {high:.2f}{void})"


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.2f}"
