"""The results as Markdown."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from statistics import median

from bench.api.cold_start import Import
from bench.api.measure import Measured

HEADER = ("request", "asked", "requests/s", "p50 ms", "p99 ms", "CPU ms a request", "emulator's", "failed")

Rows = dict[tuple[str, str], list[Measured]]
"""The repetitions of each request, by its name and how it was asked."""


def table(rows: Rows) -> str:
    lines = [HEADER, tuple("---" if column < 2 else "---:" for column in range(len(HEADER)))]
    lines += [(*names, *_cells(repetitions)) for names, repetitions in rows.items()]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in lines)


def described(cold_start: Sequence[Import]) -> str:
    best, *others = (f"{one.elapsed:.2f}" for one in cold_start)
    cpu = min(one.cpu for one in cold_start)
    return (
        f"`import function_app`: {best} s, the best of {len(cold_start)} fresh processes ({', '.join(others)}), "
        f"with {cpu:.2f} s of CPU time"
    )


def _cells(repetitions: Sequence[Measured]) -> tuple[str, ...]:
    return (
        _range(repetitions, lambda one: one.per_second, ",.0f"),
        _range(repetitions, lambda one: one.p50, ".1f"),
        _range(repetitions, lambda one: one.p99, ".1f"),
        _range(repetitions, lambda one: one.cpu, ".2f"),
        _range(repetitions, lambda one: one.database_cpu, ".2f"),
        str(sum(one.failed for one in repetitions)),
    )


def _range(repetitions: Sequence[Measured], value: Callable[[Measured], float], form: str) -> str:
    """The median, and from where to where the repetitions go."""
    values = sorted(value(one) for one in repetitions)
    if len(values) == 1:
        return f"{values[0]:{form}}"
    return f"{median(values):{form}} ({values[0]:{form}} to {values[-1]:{form}})"
