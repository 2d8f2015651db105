"""What the log says of dependencies that go and come back."""

from __future__ import annotations

import pytest

from function_app.readiness import Dependency, Readiness


class Flaky:
    """A dependency that is down while it has a problem."""

    def __init__(self) -> None:
        self.problem: Exception | None = None

    async def check(self) -> None:
        if self.problem:
            raise RuntimeError("key=hunter2") from self.problem


async def test_a_dependency_that_goes_and_comes_back_is_two_warnings(caplog: pytest.LogCaptureFixture) -> None:
    flaky, seconds = Flaky(), iter(range(100, 1000, 2))
    readiness = Readiness((Dependency("redis", flaky.check),), monotonic=lambda: float(next(seconds)))
    outcomes: list[bool] = []
    for problem in (None, ConnectionRefusedError("redis://:hunter2@"), ConnectionRefusedError(), None, None):
        flaky.problem = problem
        outcomes += [finding.up for finding in await readiness.findings()]
    assert outcomes == [True, False, False, True, True]
    assert [(record.levelname, record.getMessage()) for record in caplog.records] == [
        ("WARNING", "dependency down name=redis problem=RuntimeError < ConnectionRefusedError"),
        ("WARNING", "dependency up again name=redis"),
    ]
