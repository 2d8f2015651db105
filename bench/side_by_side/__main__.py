"""`python -m bench.side_by_side [--full]`: measures, writes the results into a folder, and prints the table.

Needs root, for a network namespace and for large socket buffers. See docs/benchmarks.md for how to read what it prints.
"""

from __future__ import annotations

import argparse
import asyncio
import dataclasses
import signal
import sys
from pathlib import Path

from bench.side_by_side import network
from bench.side_by_side.grid import FULL, SHORT, Grid
from bench.side_by_side.process import run_beside_the_sfu
from bench.side_by_side.run import Run

RESULTS = Path(__file__).resolve().parents[2] / ".run-bench"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--full", action="store_true", help="measure everything, which takes about an hour")
    parser.add_argument("--folder", type=Path, default=RESULTS, help="where results and logs go")
    parser.add_argument("--load", action="append", help="only this load, as the table names it; may be repeated")
    parser.add_argument("--sfu", action="append", choices=FULL.sfus, help="only this one; may be repeated")
    parser.add_argument("--seconds", type=float, help="how long each row is measured")
    parser.add_argument("--repetitions", type=int, help="how often each row is measured")
    arguments = parser.parse_args()
    network.enter(sys.argv[1:])
    network.set_up()
    run_beside_the_sfu()
    grid = FULL if arguments.full else SHORT
    if arguments.load:
        chosen = tuple(one for one in FULL.scenarios if one.label in arguments.load)
        grid = dataclasses.replace(grid, scenarios=chosen, sweeps=())
    if arguments.sfu:
        grid = dataclasses.replace(grid, sfus=tuple(arguments.sfu))
    if arguments.seconds:
        grid = dataclasses.replace(grid, seconds=arguments.seconds)
    if arguments.repetitions:
        grid = dataclasses.replace(grid, repetitions=arguments.repetitions)
    run = Run(arguments.folder.absolute())
    asyncio.run(_measure(run, grid))
    text = run.report()
    (arguments.folder / "results.md").write_text(text)
    print(text)


async def _measure(run: Run, grid: Grid) -> None:
    """Until it is done or told to end; what it started is stopped either way."""
    measuring = asyncio.ensure_future(run.measure(grid))
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, measuring.cancel)
    try:
        await measuring
    except asyncio.CancelledError:
        sys.exit("the benchmark was told to end")


if __name__ == "__main__":
    main()
