"""Request charges: plausible numbers, by the service's rules of thumb, not its real ones.

A point read costs one request unit a kilobyte and a write about five.
Source: https://learn.microsoft.com/azure/cosmos-db/request-units
"""

from __future__ import annotations

import math


def read_charge(text: str | None) -> float:
    """The charge of a point read of that document."""
    return float(_kilobytes(text))


def write_charge(text: str | None) -> float:
    """The charge of a write of that document."""
    return round(5.29 * _kilobytes(text), 2)


def query_charge(scanned: int, returned: int) -> float:
    """The charge of a page of a query that looked at so many documents and gave so many rows."""
    return round(2.79 + 0.02 * scanned + 0.03 * returned, 2)


def _kilobytes(text: str | None) -> int:
    return max(1, math.ceil(len(text or "") / 1024))
