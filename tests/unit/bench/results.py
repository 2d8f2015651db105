"""Rows as a run makes them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from bench.side_by_side.rows import Row

ROW = Row(
    sfu="Parley",
    scenario="1 to 100",
    repetition=0,
    received_per_second=21_000.0,
    cpu_micros_per_packet=4.0,
    cpu_share=0.084,
    latency_p50=0.2,
    latency_p99=2.0,
    loss=0.0,
    resident_bytes=100 * 2**20,
    bytes_per_peer=64 * 2**10,
    profile="SRTP_AEAD_AES_128_GCM",
    packets_per_frame=7,
)


def row(sfu: str = "Parley", cost: float | None = 4.0, **changes: Any) -> Row:
    return replace(ROW, sfu=sfu, cpu_micros_per_packet=cost, **changes)
