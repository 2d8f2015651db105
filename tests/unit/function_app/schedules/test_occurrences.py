"""Occurrences as moments: over the changes of clocks, moved and cancelled; and when people may come in."""

from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any

import pytest

from function_app.errors import InvalidRequestError, MeetingNotOpenError, MeetingOverError
from function_app.schedules.checks import check_schedule
from function_app.schedules.content import Schedule
from function_app.schedules.occurrences import occurrences
from function_app.schedules.window import why_shut

LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
WEEKLY = {"recurrence": "FREQ=WEEKLY;COUNT=4"}


def schedule(**chosen: Any) -> Schedule:
    standard = {"timeZone": "Europe/Berlin", "startsOn": "2026-10-12T09:00", "durationMinutes": 60}
    return Schedule.model_validate({**standard, **chosen})


def starts(of: Schedule, since: datetime = LONG_AGO) -> list[str]:
    return [f"{one.starts_on:%Y-%m-%dT%H:%MZ}" for one in islice(occurrences(of, since), 10)]


def wrong(of: Schedule) -> list[str]:
    with pytest.raises(InvalidRequestError) as caught:
        check_schedule(of)
    return [detail.target.removeprefix("/schedule/") for detail in caught.value.details]


def test_the_time_of_day_stays_when_the_clocks_change() -> None:
    assert starts(schedule(**WEEKLY)) == [
        "2026-10-12T07:00Z",
        "2026-10-19T07:00Z",
        "2026-10-26T08:00Z",
        "2026-11-02T08:00Z",
    ]


def test_a_time_that_the_clocks_skip_or_show_twice_is_the_one_by_the_clock_of_before() -> None:
    skipped = schedule(startsOn="2026-03-29T02:30")
    twice = schedule(startsOn="2026-10-25T02:30")
    assert starts(skipped) == ["2026-03-29T01:30Z"]
    assert starts(twice) == ["2026-10-25T00:30Z"]


def test_exceptions_are_left_out_or_moved_to_their_place_in_time() -> None:
    exceptions = [
        {"occurrence": "2026-10-12T09:00", "movedTo": "2026-10-21T15:00", "durationMinutes": 30},
        {"occurrence": "2026-10-26T09:00"},
    ]
    moved = schedule(**WEEKLY, exceptions=exceptions)
    check_schedule(moved)
    assert starts(moved) == ["2026-10-19T07:00Z", "2026-10-21T13:00Z", "2026-11-02T08:00Z"]
    second = list(occurrences(moved, LONG_AGO))[1]
    assert (second.occurrence, second.ends_on - second.starts_on) == (
        datetime(2026, 10, 12, 9),  # noqa: DTZ001 a local time
        timedelta(minutes=30),
    )


def test_what_goes_on_is_an_occurrence_and_what_is_over_is_none() -> None:
    once = schedule()
    assert starts(once, datetime(2026, 10, 12, 7, 59, tzinfo=UTC)) == ["2026-10-12T07:00Z"]
    assert starts(once, datetime(2026, 10, 12, 8, 0, tzinfo=UTC)) == []


def test_until_is_the_last_moment_of_a_beginning() -> None:
    assert len(starts(schedule(recurrence="FREQ=DAILY;UNTIL=20261014T070000Z"))) == 3
    assert len(starts(schedule(recurrence="FREQ=DAILY;UNTIL=20261014T065959Z"))) == 2


def test_people_may_come_in_from_a_while_before_to_a_while_after() -> None:
    weekly = schedule(**WEEKLY, opensMinutesBefore=10, closesMinutesAfter=20)
    first = datetime(2026, 10, 12, 7, 0, tzinfo=UTC)
    early = why_shut(weekly, first - timedelta(minutes=10, seconds=1))
    assert isinstance(early, MeetingNotOpenError)
    assert (early.opens_on, early.starts_on) == (first - timedelta(minutes=10), first)
    assert why_shut(weekly, first - timedelta(minutes=10)) is None
    assert why_shut(weekly, first + timedelta(minutes=79)) is None
    between = why_shut(weekly, first + timedelta(minutes=80))
    assert isinstance(between, MeetingNotOpenError)
    assert between.starts_on == first + timedelta(days=7)
    assert isinstance(why_shut(weekly, first + timedelta(days=60)), MeetingOverError)


@pytest.mark.parametrize(
    ("chosen", "targets"),
    [
        ({"timeZone": "Europe/Atlantis"}, ["timeZone"]),
        ({"timeZone": "posix/Europe/Berlin"}, ["timeZone"]),
        ({"recurrence": "FREQ=SECONDLY"}, ["recurrence"]),
        ({"recurrence": "FREQ=WEEKLY;BYDAY=TU"}, ["startsOn"]),
        ({"recurrence": "FREQ=DAILY;UNTIL=20200101T000000Z"}, ["startsOn"]),
        ({"exceptions": [{"occurrence": "2026-10-12T09:00"}]}, ["exceptions"]),
        (
            {
                **WEEKLY,
                "exceptions": [
                    {"occurrence": "2026-10-13T09:00"},
                    {"occurrence": "2026-10-19T09:00", "durationMinutes": 5},
                    {"occurrence": "2026-10-19T09:00"},
                ],
            },
            ["exceptions/0/occurrence", "exceptions/1/durationMinutes", "exceptions/2/occurrence"],
        ),
    ],
)
def test_every_field_that_is_wrong_is_named(chosen: Any, targets: list[str]) -> None:
    assert wrong(schedule(**chosen)) == targets
