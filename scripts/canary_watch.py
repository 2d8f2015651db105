"""Watch the quality of the nodes for a while, by the alerts' own measures, and say whether it held.

    METRICS_QUERY_URL=… python scripts/canary_watch.py --minutes 30 [--track canary]

Asks Azure's managed Prometheus with the token of whoever is signed in (`az`). Needs nothing but Python.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import subprocess
import sys
import time
import urllib.parse
import urllib.request
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

_HTTPS = "https://"
_AUDIENCE = "https://prometheus.monitor.azure.com"
_BETWEEN_SECONDS = 60
_STRIKES = 3
"""So many minutes in a row must be bad: a single one may be a person's own network."""

LOSS = "loss of the worse tenth of streams"
"""It is measured only while people meet; sums of counters are 0 then, too."""

LIMITS = {
    LOSS: (
        'histogram_quantile(0.9, sum by (le) (rate(parley_sfu_loss_ratio_bucket{{track="{track}"}}[5m])))',
        0.05,
    ),
    "frozen pictures a second and stream": (
        'sum(rate(parley_sfu_freezes_total{{track="{track}"}}[5m]))'
        ' / sum(parley_sfu_carrying_slots{{track="{track}", kind="video"}})',
        0.01,
    ),
    "people who fall out a second": (
        'sum(rate(parley_sfu_departures_total{{track="{track}", reason=~"timedOut|dtlsFailed|nodeLost"}}[5m]))',
        0.1,
    ),
    "joins refused a second": (
        'sum(rate(parley_sfu_refusals_total{{track="{track}", code=~"NodeFull|InvalidGrant|Internal"}}[5m]))',
        0.2,
    ),
}
"""What is measured, and how much of it is too much."""


def token() -> str:
    command = [
        "az",
        "account",
        "get-access-token",
        "--resource",
        _AUDIENCE,
        "--query",
        "accessToken",
        "--output",
        "tsv",
    ]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def ask(origin: str, query: str) -> float | None:
    """The value of the query now; None while there is nothing to measure. Raises OSError."""
    url = f"{origin}/api/v1/query?{urllib.parse.urlencode({'query': query})}"
    request = urllib.request.Request(url, headers={"Authorization": f"Bearer {token()}"})  # noqa: S310 https, see main
    with urllib.request.urlopen(request, timeout=30) as response:  # noqa: S310 https, see main
        result: list[dict[str, Any]] = json.load(response)["data"]["result"]
    value = float(result[0]["value"][1]) if result else math.nan
    return None if math.isnan(value) else value


def minutes(origin: str, track: str, count: float) -> Iterator[dict[str, float | None]]:
    """What is measured now, by the names of LIMITS, and again every minute. Raises OSError."""
    until = time.monotonic() + 60 * count
    while time.monotonic() < until:
        measured = {name: ask(origin, query.format(track=track)) for name, (query, _) in LIMITS.items()}
        for name, value in measured.items():
            print(f"{name}: {'nothing yet' if value is None else f'{value:.4f}'} (limit {LIMITS[name][1]})", flush=True)
        yield measured
        time.sleep(_BETWEEN_SECONDS)


def fault(watched: Iterable[Mapping[str, float | None]]) -> str | None:
    """Why the release did not hold; None when it did. Knows it as early as it can."""
    strikes = 0
    was_used = False
    for measured in watched:
        values = {name: value for name, value in measured.items() if value is not None}
        was_used = was_used or LOSS in values
        strikes = strikes + 1 if any(value > LIMITS[name][1] for name, value in values.items()) else 0
        if strikes == _STRIKES:
            return f"{_STRIKES} minutes in a row were bad"
    return None if was_used else "nobody met on it, so nothing is known"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--track", choices=["stable", "canary"], default="canary")
    arguments = parser.parse_args()
    origin = os.environ["METRICS_QUERY_URL"].rstrip("/")
    if not origin.startswith(_HTTPS):
        parser.error(f"METRICS_QUERY_URL must begin with {_HTTPS}")
    found = fault(minutes(origin, arguments.track, arguments.minutes))
    print(found or "it held")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
