"""A release is good when people met on it and it stayed within its limits; what nobody used is not."""

from itertools import chain, repeat

from scripts.canary_watch import LIMITS, LOSS, fault

WELL: dict[str, float | None] = dict.fromkeys(LIMITS, 0.0)
BADLY = {**WELL, LOSS: 0.5}
UNUSED: dict[str, float | None] = {**WELL, LOSS: None}


def test_a_release_that_stays_within_its_limits_holds() -> None:
    assert fault([UNUSED, WELL, WELL]) is None


def test_a_bad_minute_or_two_are_somebody_s_own_network() -> None:
    assert fault([WELL, BADLY, BADLY, WELL, BADLY, BADLY, WELL]) is None


def test_three_bad_minutes_in_a_row_are_enough_and_nothing_is_awaited_after_them() -> None:
    assert fault(chain([WELL, BADLY, BADLY], repeat(BADLY))) == "3 minutes in a row were bad"


def test_a_release_on_which_nobody_met_has_proved_nothing() -> None:
    assert fault([UNUSED] * 5) == "nobody met on it, so nothing is known"
