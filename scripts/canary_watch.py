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
from typing import Any

_HTTPS = "https://"
_AUDIENCE = "https://prometheus.monitor.azure.com"
_BETWEEN_SECONDS = 60
_STRIKES = 3
"""So many minutes in a row must be bad: a single one may be a person's own network."""

LIMITS = {
    "loss of the worse tenth of streams": (
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


def too_much(origin: str, track: str) -> list[str]:
    """What is above its limit now."""
    found = []
    for name, (query, limit) in LIMITS.items():
        value = ask(origin, query.format(track=track))
        print(f"{name}: {'nothing yet' if value is None else f'{value:.4f}'} (limit {limit})", flush=True)
        if value is not None and value > limit:
            found.append(name)
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--track", choices=["stable", "canary"], default="canary")
    arguments = parser.parse_args()
    origin = os.environ["METRICS_QUERY_URL"].rstrip("/")
    if not origin.startswith(_HTTPS):
        parser.error(f"METRICS_QUERY_URL must begin with {_HTTPS}")
    until = time.monotonic() + 60 * arguments.minutes
    strikes = 0
    while time.monotonic() < until:
        strikes = strikes + 1 if too_much(origin, arguments.track) else 0
        if strikes == _STRIKES:
            print(f"{_STRIKES} minutes in a row were bad")
            return 1
        time.sleep(_BETWEEN_SECONDS)
    return 0


if __name__ == "__main__":
    sys.exit(main())
