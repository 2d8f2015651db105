"""The results as pictures."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import matplotlib

matplotlib.use("Agg")

from matplotlib import pyplot
from matplotlib.patches import Patch

from bench.side_by_side.rows import Row, Summary

COLOURS = {
    "Janus": "tab:gray",
    "Janus event_loops=1": "tab:orange",
    "Parley": "tab:blue",
    "limit": "tab:green",
}
BAR_WIDTH = 0.8


def draw_costs(summaries: Sequence[Summary], path: Path) -> None:
    """CPU per packet of every SFU under every load, with the range of the repetitions."""
    scenarios = list(dict.fromkeys(one.scenario for one in summaries if one.cpu_micros_per_packet is not None))
    sfus = [name for name in COLOURS if any(one.sfu == name for one in summaries)]
    figure, axes = pyplot.subplots(figsize=(11, 4.5))
    width = BAR_WIDTH / len(sfus)
    for index, sfu in enumerate(sfus):
        for one in summaries:
            if one.sfu != sfu or one.cpu_micros_per_packet is None or one.cpu_range is None:
                continue
            cost, (low, high) = one.cpu_micros_per_packet, one.cpu_range
            place = scenarios.index(one.scenario) + (index + 0.5) * width - BAR_WIDTH / 2
            axes.bar(place, cost, width, color=COLOURS[sfu], yerr=[[cost - low], [high - cost]], capsize=2)
    axes.set_xticks(range(len(scenarios)), scenarios)
    axes.set_ylabel("CPU µs per forwarded packet")
    axes.legend(handles=[Patch(color=COLOURS[sfu], label=sfu) for sfu in sfus])
    figure.tight_layout()
    figure.savefig(path, dpi=90)
    pyplot.close(figure)


def draw_sweep(rows: Sequence[Row], path: Path) -> None:
    """Loss and latency of every SFU as the rate rises."""
    figure, (losses, latencies) = pyplot.subplots(1, 2, figsize=(11, 4))
    for sfu, colour in COLOURS.items():
        own = sorted((row for row in rows if row.sfu == sfu), key=lambda row: row.packets_per_frame)
        if own:
            rates = [row.received_per_second / 1_000 for row in own]
            losses.plot(rates, [100 * row.loss for row in own], "o-", label=sfu, color=colour)
            latencies.plot(rates, [row.latency_p99 or 0 for row in own], "o-", label=sfu, color=colour)
    for axes, name in ((losses, "loss in %"), (latencies, "p99 latency in ms")):
        axes.set_xlabel("thousand packets/s received")
        axes.set_ylabel(name)
        axes.legend()
    latencies.set_yscale("log")
    figure.tight_layout()
    figure.savefig(path, dpi=90)
    pyplot.close(figure)
