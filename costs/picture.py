"""Costs as a picture: a bar for each meeting, made of its parts, beside what ACS takes."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from costs.meeting import Meeting
from costs.participant_minute import Load, on_acs, participant_minute
from costs.prices import PriceList

_COLOURS = ("#2563eb", "#0d9488", "#84cc16", "#f59e0b", "#a855f7", "#e11d48")


def draw(file: Path, meetings: Sequence[Meeting], prices: PriceList, load: Load) -> None:
    """Writes the picture, in the form that the file's name ends with. Raises OSError."""
    # Imported where it is needed: it takes a second.
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    costs = [participant_minute(meeting, prices, load) for meeting in meetings]
    names = [meeting.name for meeting in meetings]
    # Without a salt and with a date, every picture would differ from the one before.
    with pyplot.rc_context({"svg.hashsalt": "parley", "font.size": 9}):
        figure, axes = pyplot.subplots(figsize=(9, 1.2 + 0.45 * len(names)), layout="constrained")
        left = [0.0] * len(names)
        for part, colour in zip(costs[0], _COLOURS, strict=True):
            values = [1000 * cost[part] for cost in costs]
            axes.barh(names, values, left=left, height=0.6, label=part, color=colour)
            left = [start + value for start, value in zip(left, values, strict=True)]
        marks = [1000 * on_acs(meeting, prices) for meeting in meetings]
        axes.plot(marks, names, linestyle="", marker="|", markersize=18, markeredgewidth=2, color="black", label="ACS")
        axes.set_xlim(0, 1.1 * max(*marks, *left))
        axes.set_xlabel(f"USD for 1,000 participant-minutes, {prices.region}")
        axes.invert_yaxis()
        axes.spines[["top", "right"]].set_visible(False)
        figure.legend(loc="outside upper center", ncols=7, frameon=False)
        figure.savefig(file, dpi=120, metadata={"Date": None} if file.suffix == ".svg" else None)
        pyplot.close(figure)
