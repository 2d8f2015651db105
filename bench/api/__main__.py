"""`python -m bench.api`: measures the control plane and prints a table. See docs/benchmarks.md for how to read it."""

from __future__ import annotations

import argparse
import asyncio
import os
import shutil
import sys
import tempfile
from pathlib import Path

import aiohttp

from bench.api.cold_start import imports
from bench.api.measure import Measured, as_fast_as_it_goes, at_a_rate
from bench.api.platform import running_platform
from bench.api.report import Rows, described, table
from bench.api.subjects import Subject, subjects

PROCESSES = 5
JOINS_PER_SECOND = 100.0
_WARM_UP_SECONDS = 2.0


async def measure(port: int, repetitions: int, seconds: float) -> Rows:
    """Every request in turn, and all of that so many times, so that what else the machine does meets all of them."""
    rows: Rows = {}
    folder = Path(tempfile.mkdtemp(prefix="parley-bench-"))
    try:
        async with running_platform(folder, port) as platform, aiohttp.ClientSession() as http:
            asked = await subjects(platform, http)
            join = asked[-1]
            for subject in asked:
                await as_fast_as_it_goes(platform, subject, _WARM_UP_SECONDS)
            # First, as after a minute the sweep begins to take away those who never connected, which is no join's cost.
            for _ in range(repetitions):
                paced = await at_a_rate(platform, join, JOINS_PER_SECOND, seconds)
                _note(rows, join, f"{JOINS_PER_SECOND:.0f} a second", paced)
            for _ in range(repetitions):
                for subject in asked:
                    _note(rows, subject, "by wrk", await as_fast_as_it_goes(platform, subject, seconds))
    finally:
        shutil.rmtree(folder)
    return rows


def _note(rows: Rows, subject: Subject, how: str, measured: Measured) -> None:
    rows.setdefault((f"`{subject.name}`", how), []).append(measured)
    print(f"{subject.name:22} {how:14} {measured}", file=sys.stderr, flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=8180, help="the first of the five ports that the platform takes")
    parser.add_argument("--repetitions", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=5, help="how long each row is measured")
    arguments = parser.parse_args()
    cold_start = imports(PROCESSES)
    rows = asyncio.run(measure(arguments.port, arguments.repetitions, arguments.seconds))
    print(f"{os.cpu_count()} cores, load average {os.getloadavg()[0]:.1f}\n\n{table(rows)}\n{described(cold_start)}")


if __name__ == "__main__":
    main()
