"""Starts that fail do so soon, and say which part and why."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import pytest

from local_azure.runner.errors import StartFailedError
from local_azure.runner.log import RunLog
from local_azure.runner.part import Part, Probe
from local_azure.runner.supervision import Supervisor
from tests.integration.runner.conftest import alive

SLEEP = (sys.executable, "-c", "import time; print('asleep'); time.sleep(600)")
FAIL = (sys.executable, "-c", "raise SystemExit('out of luck')")
NOBODY = Probe("http://127.0.0.1:1/")


async def failed_start(*stages: tuple[Part, ...]) -> StartFailedError:
    """The error of a start that must fail; afterwards nothing of it may run."""
    console = io.StringIO()
    log = RunLog([part.name for stage in stages for part in stage], console, colour=False)
    supervisor = Supervisor(stages, Path.cwd(), log)
    try:
        with pytest.raises(StartFailedError) as failure:
            await supervisor.start()
    finally:
        pids = supervisor.pids
        await supervisor.stop()
    assert not any(map(alive, pids.values()))
    return failure.value


async def test_a_part_that_never_becomes_ready_has_a_deadline() -> None:
    error = await failed_start((Part("sfu", SLEEP, probes=(NOBODY,), start_seconds=0.5),))
    assert str(error) == "sfu was not ready within 0.5 s. The last that it logged:\n    asleep"


async def test_a_step_that_never_ends_has_a_deadline() -> None:
    error = await failed_start((Part("bootstrap", SLEEP, runs_once=True, start_seconds=0.5),))
    assert str(error) == "bootstrap was not ready within 0.5 s. The last that it logged:\n    asleep"


async def test_a_step_that_fails_stops_the_start_before_the_next_stage() -> None:
    step, never = Part("bootstrap", FAIL, runs_once=True), Part("functions", ("/no/such/program",))
    error = await failed_start((step,), (never,))
    assert (error.part, error.reason) == ("bootstrap", "ended with exit code 1 while it was starting")
    assert "out of luck" in str(error)


async def test_a_program_that_does_not_exist_is_named() -> None:
    error = await failed_start((Part("sfu", ("/no/such/program",)),))
    assert error.part == "sfu"
    assert "could not be started: [Errno 2] No such file or directory: '/no/such/program'" in str(error)


async def test_one_failure_does_not_wait_for_the_rest_of_its_stage() -> None:
    error = await failed_start((Part("cosmos", SLEEP, probes=(NOBODY,)), Part("webpubsub", FAIL, probes=(NOBODY,))))
    assert error.part == "webpubsub"
