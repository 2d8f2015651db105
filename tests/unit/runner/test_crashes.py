"""How long a crashed part waits."""

from __future__ import annotations

from local_azure.runner.crashes import Crashes


def test_the_pause_doubles_up_to_a_bound() -> None:
    crashes = Crashes()
    assert [crashes.add(float(second)) for second in range(7)] == [0.5, 1, 2, 4, 8, 10, 10]


def test_old_crashes_are_forgotten() -> None:
    crashes = Crashes()
    crashes.add(0.0)
    crashes.add(1.0)
    assert crashes.add(61.0) == 0.5


def test_three_crashes_in_a_minute_are_a_loop() -> None:
    crashes = Crashes()
    crashes.add(0.0)
    crashes.add(20.0)
    assert not crashes.is_loop
    crashes.add(40.0)
    assert (crashes.is_loop, crashes.count) == (True, 3)
    crashes.add(70.0)
    crashes.add(140.0)
    assert (crashes.is_loop, crashes.count) == (False, 1)
