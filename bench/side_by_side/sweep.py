"""How far an SFU keeps up as the rate rises."""

from __future__ import annotations

from collections.abc import Sequence

from bench.side_by_side.rows import Row

MOST_LOSS = 0.001
MOST_LATENCY_P99 = 50.0
"""In milliseconds."""


def keeps_up(row: Row) -> bool:
    late = row.latency_p99 is None or row.latency_p99 >= MOST_LATENCY_P99
    return row.void is None and row.loss < MOST_LOSS and not late


def knee(rows: Sequence[Row], sfu: str) -> Row | None:
    """The row with the most packets a second at which the SFU keeps up."""
    good = (row for row in rows if row.sfu == sfu and keeps_up(row))
    return max(good, key=lambda row: row.received_per_second, default=None)


def is_open_ended(rows: Sequence[Row], sfu: str) -> bool:
    """Whether the knee is no limit that was seen: the rates ended there, or the next row is void, which does not tell
    whether the SFU or the load generator went no further."""
    own = [row for row in rows if row.sfu == sfu]
    return bool(own) and (own[-1].void is not None or keeps_up(own[-1]))


def half_load(rows: Sequence[Row], sfu: str) -> Row | None:
    """The row nearest to half of the knee: where latency is read."""
    top = knee(rows, sfu)
    if top is None:
        return None
    half = top.received_per_second / 2
    own = [row for row in rows if row.sfu == sfu and keeps_up(row)]
    return min(own, key=lambda row: abs(row.received_per_second - half))
