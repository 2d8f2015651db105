"""Draws how congestion control follows a simulated path: `bench/plots/congestion_{step,loss}.png`.

Usage: `python -m bench.congestion.plot`, or `make bench-congestion`. It runs the example `congestion_trace` of the
forwarder, and draws the CSV files that it writes. The seeds are fixed: the pictures change only with the code.
"""

from __future__ import annotations

import csv
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

import matplotlib

matplotlib.use("Agg")

from matplotlib import pyplot
from matplotlib.axes import Axes

BENCH = Path(__file__).parent.parent
FORWARDER = BENCH.parent / "sfu_container" / "forwarder"
PLOTS = BENCH / "plots"
MEGABIT = 1e6

TITLES = {
    "step": "3 Mbit/s, 500 kbit/s, 3 Mbit/s; 50 ms round trip, 75 kB queue",
    "loss": "3 Mbit/s with 5 % random loss; 50 ms round trip, 75 kB queue",
}
SOURCES = {"slots": "two Slots with three layers", "elastic": "a stream that follows the estimate"}
LINES = {
    "link_bps": ("path", "black", 1.5),
    "estimate_bps": ("estimate", "tab:orange", 1.2),
    "sent_bps": ("sent, with retransmissions and probes", "tab:blue", 1.0),
    "media_bps": ("media", "tab:green", 1.0),
}
DELAY_LIMIT_MS = 200


@dataclass(frozen=True)
class Trace:
    """The columns of one CSV file: `seconds`, rates in bits per second, the queueing delay in milliseconds."""

    columns: dict[str, list[float]]

    @classmethod
    def read(cls, path: Path) -> Trace:
        with path.open(newline="") as file:
            rows = list(csv.DictReader(file))
        return cls({name: [float(row[name]) for row in rows] for name in rows[0]})


def run_simulations(folder: Path) -> None:
    example = ["--package", "parley_forwarder_core", "--example", "congestion_trace"]
    command = ["cargo", "run", "--release", "--locked", *example, "--", str(folder)]
    subprocess.run(command, cwd=FORWARDER, check=True)


def draw_rates(axes: Axes, trace: Trace, title: str) -> None:
    for column, (label, colour, width) in LINES.items():
        rates = [rate / MEGABIT for rate in trace.columns[column]]
        axes.plot(trace.columns["seconds"], rates, label=label, color=colour, linewidth=width)
    axes.set_title(title, loc="left")
    axes.set_ylabel("Mbit/s")
    axes.set_ylim(0, 4)


def draw_delay(axes: Axes, trace: Trace) -> None:
    delays = trace.columns["queueing_delay_ms"]
    axes.plot(trace.columns["seconds"], delays, color="tab:red", linewidth=1)
    axes.axhline(DELAY_LIMIT_MS, color="grey", linestyle="--", linewidth=0.8)
    axes.set_ylabel("queueing\ndelay in ms")
    axes.set_ylim(0, max(1.5 * DELAY_LIMIT_MS, 1.1 * max(delays)))


def draw(scenario: str, folder: Path) -> None:
    ratios = [3, 1] * len(SOURCES)
    figure, rows = pyplot.subplots(len(ratios), 1, figsize=(11, 11), sharex=True, height_ratios=ratios)
    for index, (source, description) in enumerate(SOURCES.items()):
        trace = Trace.read(folder / f"{scenario}_{source}.csv")
        draw_rates(rows[2 * index], trace, description)
        draw_delay(rows[2 * index + 1], trace)
    rows[-1].set_xlabel("seconds")
    figure.suptitle(TITLES[scenario])
    figure.legend(*rows[0].get_legend_handles_labels(), loc="upper center", bbox_to_anchor=(0.5, 0.97), ncols=4)
    figure.tight_layout(rect=(0, 0, 1, 0.96))
    figure.savefig(PLOTS / f"congestion_{scenario}.png", dpi=90)


def main() -> None:
    PLOTS.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        run_simulations(folder)
        for scenario in TITLES:
            draw(scenario, folder)


if __name__ == "__main__":
    main()
