"""Which ports the nodes of a machine get."""

from typing import Any

import pytest

from sfu_container.config import Settings
from sfu_container.workers import WorkersError, plan_workers


def settings(**changes: Any) -> Settings:
    return Settings(environment="local", service_key="key", **{"media_port": 9000, "http_port": 9100, **changes})


def test_ports_count_up_from_worker_to_worker() -> None:
    workers = plan_workers(settings(), 3)
    assert [worker.environment() for worker in workers] == [
        {"PARLEY_MEDIA_PORT": str(9000 + number), "PARLEY_HTTP_PORT": str(9100 + number)} for number in range(3)
    ]


def test_one_worker_is_where_the_settings_say() -> None:
    (worker,) = plan_workers(settings(), 1)
    assert (worker.media_port, worker.http_port) == (9000, 9100)


def test_http_ports_may_be_any_that_are_free() -> None:
    assert [worker.http_port for worker in plan_workers(settings(http_port=0), 3)] == [0, 0, 0]


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"media_port": 65_533}, "PARLEY_MEDIA_PORT=65533 .* above 65535"),
        ({"http_port": 65_533}, "PARLEY_HTTP_PORT=65533 .* above 65535"),
        ({"media_port": 9_097}, "overlap"),
        ({"media_port": 9_103}, "overlap"),
    ],
)
def test_ports_that_do_not_suffice_are_refused(changes: dict[str, Any], complaint: str) -> None:
    with pytest.raises(WorkersError, match=complaint):
        plan_workers(settings(**changes), 4)


@pytest.mark.parametrize("media_port", [65_532, 9_096, 9_104])
def test_ports_that_just_suffice_are_taken(media_port: int) -> None:
    assert len(plan_workers(settings(media_port=media_port), 4)) == 4
