"""Recurrence rules: what they mean, which are taken, and how long a hostile one takes."""

import time
from datetime import date, datetime, timedelta

import pytest
from dateutil.rrule import rrulestr
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from function_app.schedules.recurrence import Recurrence, RecurrenceError

WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
FAR = timedelta(days=3660)


def listed(values: st.SearchStrategy[object], most: int = 3) -> st.SearchStrategy[str]:
    some = st.lists(values, min_size=1, max_size=most, unique=True)
    return some.map(lambda these: ",".join(str(one) for one in these))


@st.composite
def rules(draw: st.DrawFn) -> str:
    """Rules without COUNT and UNTIL. dateutil wants ordinals before all days of BYDAY, or before none."""
    frequency = draw(st.sampled_from(["DAILY", "WEEKLY", "MONTHLY", "YEARLY"]))
    parts = [f"FREQ={frequency}", f"INTERVAL={draw(st.integers(1, 5))}"]
    if draw(st.booleans()):
        parts.append("BYMONTH=" + draw(listed(st.integers(1, 12))))
    if frequency != "WEEKLY" and draw(st.booleans()):
        parts.append("BYMONTHDAY=" + draw(listed(st.sampled_from([1, 2, 15, 28, 29, 30, 31, -1, -2, -31]))))
    if draw(st.booleans()):
        ordinals = frequency in ("MONTHLY", "YEARLY") and draw(st.booleans())
        numbered = st.builds(lambda number, day: f"{number}{day}", st.sampled_from([1, 2, 4, -1, -5]), _weekday)
        parts.append("BYDAY=" + draw(listed(numbered if ordinals else _weekday)))
    if any(part.startswith("BY") for part in parts) and draw(st.booleans()):
        parts.append("BYSETPOS=" + draw(listed(st.sampled_from([1, 2, 3, -1, -2]))))
    return ";".join([*parts, f"WKST={draw(_weekday)}"])


_weekday = st.sampled_from(WEEKDAYS)


@settings(max_examples=150, deadline=None)
@given(
    rule=rules(),
    begin=st.dates(date(2000, 1, 1), date(2040, 1, 1)),
    count=st.integers(1, 40),
    skipped=st.integers(0, 900),
)
def test_a_rule_means_what_dateutil_makes_of_it(rule: str, begin: date, count: int, skipped: int) -> None:
    first = next(Recurrence.parse(rule).days(begin, begin, begin + FAR), None)
    # dateutil looks as far as the year 9999 for what a rule does not mean.
    assume(first)
    assert first
    since = first + timedelta(days=skipped)
    until = since + timedelta(days=400)
    midnight = datetime.min.time()
    theirs = rrulestr(rule, dtstart=datetime.combine(first, midnight)).between(
        datetime.combine(since, midnight), datetime.combine(until, midnight), inc=True
    )
    assert list(Recurrence.parse(rule).days(first, since, until)) == [one.date() for one in theirs]
    counted = Recurrence.parse(f"{rule};COUNT={count}")
    all_of_them = list(counted.days(first, first, first + FAR))
    assert len(all_of_them) <= count
    assert list(counted.days(first, since, until)) == [one for one in all_of_them if since <= one <= until]


@pytest.mark.parametrize(
    "rule",
    [
        "",
        "FREQ=HOURLY",
        "FREQ=DAILY;BYHOUR=9",
        "FREQ=YEARLY;BYWEEKNO=20",
        "FREQ=DAILY;INTERVAL=0",
        "FREQ=DAILY;COUNT=0",
        "FREQ=DAILY;COUNT=1001",
        "FREQ=DAILY;COUNT=1;UNTIL=20301231T000000Z",
        "FREQ=DAILY;UNTIL=20301231",
        "FREQ=DAILY;UNTIL=20301331T000000Z",
        "FREQ=DAILY;FREQ=DAILY",
        "FREQ=WEEKLY;BYDAY=1MO",
        "FREQ=WEEKLY;BYMONTHDAY=1",
        "FREQ=MONTHLY;BYDAY=0MO",
        "FREQ=MONTHLY;BYMONTHDAY=0",
        "FREQ=MONTHLY;BYMONTHDAY=32",
        "FREQ=MONTHLY;BYMONTHDAY=\N{ARABIC-INDIC DIGIT ONE}",
        "FREQ=MONTHLY;BYSETPOS=1",
        "FREQ=YEARLY;BYMONTH=+11;BYMONTHDAY=30",
        "FREQ=DAILY;COUNT=+5",
        "FREQ=DAILY\r\nATTENDEE:x",
        "FREQ=DAILY;" + "X" * 300,
    ],
)
def test_what_is_no_rule_of_a_meeting_is_refused(rule: str) -> None:
    with pytest.raises(RecurrenceError):
        Recurrence.parse(rule)


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=YEARLY;BYDAY=53MO,-53MO;BYSETPOS=366;COUNT=1000",
        "FREQ=WEEKLY;BYDAY=MO;BYMONTH=2;BYSETPOS=7",
    ],
)
def test_a_rule_that_means_nothing_is_soon_found_out(rule: str) -> None:
    started = time.process_time()
    begin = date(2026, 1, 1)
    assert list(Recurrence.parse(rule).days(begin, begin, begin + FAR)) == []
    assert time.process_time() - started < 1


def test_days_long_after_the_beginning_are_found_without_counting_from_it() -> None:
    started = time.process_time()
    days = Recurrence.parse("FREQ=DAILY").days(date(1970, 1, 1), date(2199, 1, 1), date(2199, 1, 3))
    assert len(list(days)) == 3
    assert time.process_time() - started < 0.05


def test_what_is_named_twice_is_meant_once() -> None:
    rule = Recurrence.parse("FREQ=YEARLY;BYMONTH=2,2;BYMONTHDAY=3,3;BYDAY=TU,TU")
    assert list(rule.days(date(2026, 2, 3), date(2026, 2, 3), date(2031, 1, 1))) == [date(2026, 2, 3)]


def test_a_rule_that_is_hardly_ever_true_is_not_counted_for_long() -> None:
    rule = Recurrence.parse("FREQ=YEARLY;COUNT=1000;BYDAY=" + "53MO," * 50 + "53TH")
    begin = date(1970, 12, 31)
    assert not rule.reaches_count(begin)
    started = time.process_time()
    assert not list(rule.days(begin, date(2195, 12, 31), date(2199, 1, 1)))
    assert time.process_time() - started < 0.2
    assert Recurrence.parse("FREQ=WEEKLY;COUNT=1000").reaches_count(begin)
