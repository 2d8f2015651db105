"""What a participant-minute costs follows from what it takes and what that is sold for."""

import pytest

from bench.cost.__main__ import SCENARIOS, table
from bench.cost.model import Load, Scenario, participant_minute, read_prices

PRICES = read_prices()


def test_egress_is_what_a_person_receives_by_the_gigabyte() -> None:
    two_megabits = Scenario("", 5, ((4, 360),)).megabits - 3 * 0.04
    assert two_megabits == pytest.approx(2.0)
    cost = participant_minute(Scenario("", 5, ((4, 360),)), PRICES, Load())["egress"]
    assert cost == pytest.approx((2.0 + 0.12) * 60 / 8 / 1000 * 0.087)


def test_nobody_is_shown_more_people_than_there_are() -> None:
    assert Scenario("", 3, ((9, 360),)).megabits == pytest.approx(2 * 0.5 + 2 * 0.04)


def test_machines_that_are_used_less_cost_more_for_each_person() -> None:
    scenario = SCENARIOS[0]
    half, quarter = (participant_minute(scenario, PRICES, Load(used=used)) for used in (0.5, 0.25))
    assert quarter["nodes"] == pytest.approx(2 * half["nodes"])
    assert quarter["egress"] == half["egress"]


def test_the_table_says_which_prices_are_guesses_and_where_the_others_are_from() -> None:
    text = table({one: participant_minute(one, PRICES, Load()) for one in SCENARIOS}, PRICES)
    for name, price in PRICES.items():
        assert price.source
        (line,) = [line for line in text.splitlines() if line.strip().startswith(name)]
        assert ("ASSUMED" in line) is price.assumed
    assert text.count("%") == len(SCENARIOS)
