"""What a run measures, and in which order."""

from __future__ import annotations

from dataclasses import dataclass, field

from bench.side_by_side.scenario import Scenario

SWEEP_RATES = (14, 28, 42, 56, 70, 84, 98, 112)
"""Packets per frame, at 30 frames a second from each publisher."""


@dataclass(frozen=True)
class Grid:
    """All `sfus` take turns at each scenario, `repetitions` times over; each turn is a fresh process."""

    scenarios: tuple[Scenario, ...]
    sfus: tuple[str, ...]
    repetitions: int
    seconds: float
    sweeps: tuple[Scenario, ...] = field(default=())
    """Under these the rate rises, on one process, for as long as the SFU keeps up."""


SHORT = Grid(
    scenarios=(
        Scenario.one_to(100),
        Scenario.mesh_of(10),
        Scenario.one_to(100, with_feedback=True),
        Scenario.mesh_of(10, with_feedback=True),
    ),
    sfus=("janus1", "parley", "limit"),
    repetitions=3,
    seconds=4,
)
FULL = Grid(
    scenarios=(
        *(Scenario.one_to(subscribers) for subscribers in (1, 10, 50, 100, 200)),
        Scenario.mesh_of(10),
        *(Scenario.one_to(subscribers, with_feedback=True) for subscribers in (10, 100)),
        Scenario.mesh_of(10, with_feedback=True),
        Scenario.idle_with(1_000),
    ),
    sfus=("janus1", "janus", "parley", "limit"),
    repetitions=3,
    seconds=8,
    sweeps=(Scenario.one_to(100),),
)
