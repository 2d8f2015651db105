"""Timer functions are called by their schedule, on a clock of the test's own."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import azure.functions as func
import pytest

from local_azure.functions_host.schedule import Schedule
from local_azure.functions_host.timers import run_timer, timer_request
from local_azure.functions_host.triggers import Handler, TimerFunction

START = datetime(2026, 11, 23, 10, 0, 0, tzinfo=UTC)


class EndOfTestError(Exception):
    pass


class Clock:
    """Time that passes only by sleeping; `skip` is what a suspended laptop adds to every sleep."""

    def __init__(self, until: datetime) -> None:
        self.now = START
        self.skip = timedelta()
        self._until = until

    def read(self) -> datetime:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds) + self.skip
        if self.now > self._until:
            raise EndOfTestError


async def fire(clock: Clock, call: Callable[[func.TimerRequest], None], *, on_startup: bool = False) -> None:
    async def handle(timer: func.TimerRequest) -> None:
        call(timer)

    function = TimerFunction(Handler("sweep", "timer", handle), Schedule("*/30 * * * * *"), on_startup)
    with pytest.raises(EndOfTestError):
        await run_timer(function, clock.read, clock.sleep)


async def test_it_fires_at_every_time_of_the_schedule() -> None:
    clock, times = Clock(START + timedelta(seconds=95)), list[datetime]()
    await fire(clock, lambda _timer: times.append(clock.now))
    assert times == [START + timedelta(seconds=seconds) for seconds in (30, 60, 90)]


async def test_it_also_fires_at_the_start_when_the_app_asks_for_it() -> None:
    clock, times = Clock(START + timedelta(seconds=35)), list[datetime]()
    await fire(clock, lambda _timer: times.append(clock.now), on_startup=True)
    assert times == [START, START + timedelta(seconds=30)]


async def test_a_failing_function_fires_again_and_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    clock, calls = Clock(START + timedelta(seconds=65)), list[func.TimerRequest]()

    def fail(timer: func.TimerRequest) -> None:
        calls.append(timer)
        raise ValueError("out of order")

    await fire(clock, fail)
    assert len(calls) == 2
    assert caplog.text.count("the timer function sweep failed") == 2


async def test_a_late_call_is_past_due_and_missed_times_are_not_made_up_for() -> None:
    clock, calls = Clock(START + timedelta(seconds=400)), list[tuple[datetime, bool]]()
    clock.skip = timedelta(seconds=100)
    await fire(clock, lambda timer: calls.append((clock.now, timer.past_due)))
    assert calls[0] == (START + timedelta(seconds=130), True)
    assert len(calls) == 3


async def test_a_call_in_time_is_not_past_due() -> None:
    clock, flags = Clock(START + timedelta(seconds=35)), list[bool]()
    await fire(clock, lambda timer: flags.append(timer.past_due))
    assert flags == [False]


def test_the_request_tells_the_last_and_the_next_time() -> None:
    request = timer_request(past_due=True, last=START, following=START + timedelta(seconds=30))
    assert request.past_due
    assert request.schedule_status == {"Last": "2026-11-23T10:00:00+00:00", "Next": "2026-11-23T10:00:30+00:00"}


async def test_it_can_be_cancelled_while_it_waits() -> None:
    async def never(timer: func.TimerRequest) -> None:
        raise NotImplementedError

    function = TimerFunction(Handler("yearly", "timer", never), Schedule("0 0 0 1 1 *"), run_on_startup=False)
    task = asyncio.create_task(run_timer(function))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
