"""A whole run: every row of a grid, then the table and the pictures."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from bench.side_by_side import limit, rows
from bench.side_by_side.grid import SWEEP_RATES, Grid
from bench.side_by_side.janus import Janus
from bench.side_by_side.limit import measure_limit
from bench.side_by_side.measure import measure_rates
from bench.side_by_side.parley import ControlPlane, Parley
from bench.side_by_side.plots import draw_costs, draw_sweep
from bench.side_by_side.rows import Row
from bench.side_by_side.scenario import Scenario
from bench.side_by_side.sfu import Sfu
from bench.side_by_side.sweep import half_load, is_open_ended, keeps_up, knee
from bench.side_by_side.table import table


class Run:
    """Rows go to `rows.jsonl` and `sweep.jsonl` in the folder as they are measured."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._rows = folder / "rows.jsonl"
        self._sweep = folder / "sweep.jsonl"
        self._log = folder / "generator.log"
        self._control_plane = ControlPlane(folder / "parley")

    async def measure(self, grid: Grid) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        for path in (self._rows, self._sweep):
            path.write_text("")
        if "parley" in grid.sfus:
            await self._control_plane.start()
        try:
            for repetition in range(grid.repetitions):
                for scenario in grid.scenarios:
                    for sfu in grid.sfus:
                        await self._measure(sfu, scenario, repetition, grid.seconds)
            for scenario in grid.sweeps:
                for sfu in grid.sfus:
                    await self._measure_sweep(sfu, scenario, grid.seconds)
        finally:
            await self._control_plane.stop()

    async def _measure(self, name: str, scenario: Scenario, repetition: int, seconds: float) -> None:
        if name == limit.NAME:
            if not scenario.is_idle:
                self._note(self._rows, [await measure_limit(scenario, repetition, seconds)])
            return
        rates = [scenario.packets_per_frame]
        self._note(self._rows, await measure_rates(self._sfu(name), scenario, rates, repetition, seconds, self._log))

    async def _measure_sweep(self, name: str, scenario: Scenario, seconds: float) -> None:
        if name != limit.NAME:
            sfu = self._sfu(name)
            self._note(self._sweep, await measure_rates(sfu, scenario, SWEEP_RATES, 0, seconds, self._log, keeps_up))

    def _sfu(self, name: str) -> Sfu:
        match name:
            case "janus":
                return Janus(self._folder / name, None)
            case "janus1":
                return Janus(self._folder / name, 1)
            case "parley":
                return Parley(self._folder / name, self._control_plane)
        raise ValueError(f"there is no SFU {name}")

    def _note(self, path: Path, measured: Sequence[Row]) -> None:
        for row in measured:
            rows.append(path, row)
            cost = "" if row.cpu_micros_per_packet is None else f"{row.cpu_micros_per_packet:.2f} µs a packet"
            print(f"{row.scenario:16} {row.sfu:20} {cost} {row.void or ''}", file=sys.stderr, flush=True)

    def report(self) -> str:
        """The results as Markdown; the pictures are drawn beside the rows."""
        summaries = rows.summarise(rows.read(self._rows))
        if summaries:
            draw_costs(summaries, self._folder / "side_by_side.png")
        text = table(summaries)
        swept = rows.read(self._sweep)
        if swept:
            draw_sweep(swept, self._folder / "saturation.png")
            text += "\n" + "".join(f"- {_sweep_line(swept, sfu)}\n" for sfu in dict.fromkeys(row.sfu for row in swept))
        return text


def _sweep_line(swept: Sequence[Row], sfu: str) -> str:
    top, half = knee(swept, sfu), half_load(swept, sfu)
    if top is None or half is None:
        return f"{sfu} does not keep up with the lowest rate"
    least = "at least " if is_open_ended(swept, sfu) else ""
    return (
        f"{sfu} keeps up with {least}{top.received_per_second:,.0f} packets/s ({top.cpu_share:.0%} of the core); "
        f"at {half.received_per_second:,.0f} its latency is {half.latency_p50:.2f} ms (p99 {half.latency_p99:.2f} ms)"
    )
