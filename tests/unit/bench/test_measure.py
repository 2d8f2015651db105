"""When a measurement says nothing of the SFU, and what shape its load has."""

from typing import Any

import pytest

from bench.side_by_side.limit import burst_of
from bench.side_by_side.measure import why_void
from bench.side_by_side.scenario import Scenario

GOOD: dict[str, Any] = {"socket_drops": 0, "seconds": 4.0, "sent": 840, "corrupt": 0, "silent": 0}


def test_a_good_measurement_counts() -> None:
    assert why_void(Scenario.one_to(10), 7, GOOD) is None


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"socket_drops": 1}, "dropped 1 packets"),
        ({"sent": 700}, "sent 700 of 840"),
        ({"corrupt": 2}, "2 packets were not"),
        ({"silent": 3}, "3 streams never came"),
    ],
)
def test_a_measurement_that_the_generator_spoilt_is_void(change: dict[str, int], reason: str) -> None:
    assert reason in (why_void(Scenario.one_to(10), 7, GOOD | change) or "")


def test_in_a_mesh_nobody_has_its_own() -> None:
    mesh = Scenario.mesh_of(3)
    assert [mesh.wanted_by(person) for person in range(3)] == [[1, 2], [0, 2], [0, 1]]
    assert mesh.copies == 2


@pytest.mark.parametrize(("packets_per_frame", "burst"), [(1, 1), (7, 3), (28, 11)])
def test_the_limit_program_has_the_bursts_of_the_generator(packets_per_frame: int, burst: int) -> None:
    assert burst_of(packets_per_frame) == burst
