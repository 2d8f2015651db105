"""What a participant-minute costs follows from what it takes and what that is sold for."""

import pytest

from costs.errors import CostError
from costs.meeting import EXAMPLES, LAYOUTS, Meeting, read_layout
from costs.participant_minute import Load, on_acs, participant_minute
from costs.prices import read_prices

PRICES = read_prices()


def test_egress_is_what_a_person_receives_by_the_gigabyte() -> None:
    meeting = Meeting("", 5, ((4, 360),))
    assert meeting.megabits == pytest.approx(4 * 0.5 + 3 * 0.04)
    cost = participant_minute(meeting, PRICES, Load())["egress"]
    assert cost == pytest.approx(2.12 * 60 / 8 / 1000 * PRICES.amount("egressGb"))


def test_nobody_is_shown_more_people_than_there_are() -> None:
    assert Meeting("", 3, ((9, 360),)).megabits == pytest.approx(2 * 0.5 + 2 * 0.04)


def test_machines_that_are_used_less_cost_more_for_each_person() -> None:
    half, quarter = (participant_minute(EXAMPLES[0], PRICES, Load(used=used)) for used in (0.5, 0.25))
    assert quarter["nodes"] == pytest.approx(2 * half["nodes"])
    assert quarter["egress"] == half["egress"]


def test_a_recording_is_shared_by_those_who_are_recorded() -> None:
    few, many = (Meeting("", people, LAYOUTS["speaker"], recorded=True) for people in (4, 8))
    ours = [participant_minute(meeting, PRICES, Load())["recording"] for meeting in (few, many)]
    theirs = [on_acs(meeting, PRICES) - PRICES.amount("acsParticipantMinute") for meeting in (few, many)]
    assert ours[0] == pytest.approx(2 * ours[1])
    assert theirs[0] == pytest.approx(2 * theirs[1])
    assert participant_minute(EXAMPLES[0], PRICES, Load())["recording"] == 0


def test_acs_takes_its_list_price_for_everyone_and_every_minute() -> None:
    meeting = Meeting("", 12, LAYOUTS["gallery"], hours=2)
    assert on_acs(meeting, PRICES) * meeting.participant_minutes == pytest.approx(12 * 120 * 0.004)


def test_a_layout_has_a_name_or_says_its_tiles() -> None:
    assert read_layout("gallery") == LAYOUTS["gallery"]
    assert read_layout("1x720+6x180") == ((1, 720), (6, 180))
    for wrong in ("big", "1x721", "0x360", "1x720+", ""):
        with pytest.raises(CostError, match="no layout"):
            read_layout(wrong)


@pytest.mark.parametrize(("people", "hours"), [(1, 1.0), (1001, 1.0), (5, 0.0), (5, 25.0), (5, float("nan"))])
def test_a_meeting_that_cannot_be_is_refused(people: int, hours: float) -> None:
    with pytest.raises(CostError):
        Meeting("", people, (), hours=hours)
