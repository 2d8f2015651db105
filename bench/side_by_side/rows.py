"""What was measured: one row for each repetition, and what is made of them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median


@dataclass(frozen=True)
class Row:
    """One SFU under one load, once. Latencies in milliseconds, `None` where nothing was verified."""

    sfu: str
    scenario: str
    repetition: int
    received_per_second: float
    cpu_micros_per_packet: float | None
    """CPU time of the whole process over packets that subscribers received."""
    cpu_share: float
    """Of the SFU's one core."""
    latency_p50: float | None
    latency_p99: float | None
    loss: float
    """The part of packets that did not arrive, 0 to 1."""
    resident_bytes: int
    bytes_per_peer: float | None
    """How much the process grew for each peer that connected."""
    profile: str
    """How subscribers' packets are protected."""
    packets_per_frame: int
    void: str | None = None
    """Why the row does not count."""


def append(path: Path, row: Row) -> None:
    with path.open("a") as file:
        file.write(json.dumps(asdict(row)) + "\n")


def read(path: Path) -> list[Row]:
    return [Row(**json.loads(line)) for line in path.read_text().splitlines()]


@dataclass(frozen=True)
class Summary:
    """The medians over the repetitions that count; of losses the worst."""

    sfu: str
    scenario: str
    repetitions: int
    void: int
    received_per_second: float
    cpu_micros_per_packet: float | None
    cpu_range: tuple[float, float] | None
    cpu_share: float
    latency_p50: float | None
    latency_p99: float | None
    loss: float
    resident_bytes: float
    bytes_per_peer: float | None


def summarise(rows: Sequence[Row]) -> list[Summary]:
    """One summary for each SFU and scenario, in the order in which they first occur; none where no row counts."""
    groups: dict[tuple[str, str], list[Row]] = {}
    for row in rows:
        groups.setdefault((row.scenario, row.sfu), []).append(row)
    summaries = (_summary(group) for group in groups.values())
    return [summary for summary in summaries if summary is not None]


def _summary(group: Sequence[Row]) -> Summary | None:
    good = [row for row in group if row.void is None]
    if not good:
        return None
    costs = [row.cpu_micros_per_packet for row in good if row.cpu_micros_per_packet is not None]
    return Summary(
        sfu=good[0].sfu,
        scenario=good[0].scenario,
        repetitions=len(good),
        void=len(group) - len(good),
        received_per_second=median(row.received_per_second for row in good),
        cpu_micros_per_packet=median(costs) if costs else None,
        cpu_range=(min(costs), max(costs)) if costs else None,
        cpu_share=median(row.cpu_share for row in good),
        latency_p50=_median(good, lambda row: row.latency_p50),
        latency_p99=_median(good, lambda row: row.latency_p99),
        loss=max(row.loss for row in good),
        resident_bytes=median(row.resident_bytes for row in good),
        bytes_per_peer=_median(good, lambda row: row.bytes_per_peer),
    )


def _median(rows: Iterable[Row], value: Callable[[Row], float | None]) -> float | None:
    values = [found for row in rows if (found := value(row)) is not None]
    return median(values) if values else None


def cost_ratio(summaries: Sequence[Summary], scenario: str, sfu: str, other: str) -> float | None:
    """CPU per packet of `sfu` over that of `other`; `None` where either is missing."""
    costs = {one.sfu: one.cpu_micros_per_packet for one in summaries if one.scenario == scenario}
    own, others = costs.get(sfu), costs.get(other)
    return own / others if own is not None and others else None
