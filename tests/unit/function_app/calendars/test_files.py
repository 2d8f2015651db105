"""Calendar files, as other programs read them."""

import io
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from dateutil.rrule import rrulestr
from dateutil.tz import tzical
from icalendar import Calendar

from function_app.calendars.files import Method, Person, calendar_file
from function_app.calendars.time_zones import time_zone
from function_app.meetings.content import MeetingContent, MeetingSettings
from function_app.meetings.documents import Meeting
from function_app.schedules.occurrences import occurrences
from function_app.stores.documents import MeetingKey

MADE_ON = datetime(2026, 1, 1, tzinfo=UTC)
STAMP = datetime(2026, 1, 2, tzinfo=UTC)
ORGANIZER = Person("noreply@meet.example", 'O"Brien; Ltd')


def content(title: str = "Weekly", **schedule: Any) -> MeetingContent:
    standard = {"timeZone": "Europe/Berlin", "startsOn": "2026-10-12T09:00", "durationMinutes": 60}
    return MeetingContent.model_validate({"title": title, "schedule": {**standard, **schedule}})


def meeting(title: str = "Weekly", **schedule: Any) -> Meeting:
    return Meeting.new(MeetingKey("ten_1", "weekly"), content(title, **schedule), MADE_ON)


def events(of: Meeting, method: Method = Method.PUBLISH, *attendees: Person) -> list[Any]:
    url = "https://meet.example/m/weekly"
    body = calendar_file(of, method, stamp=STAMP, join_url=url, organizer=ORGANIZER, attendees=attendees)
    assert all(len(line) <= 75 for line in body.split(b"\r\n"))
    calendar = Calendar.from_ical(body)
    assert calendar["METHOD"] == method
    return list(calendar.walk("VEVENT"))


def test_a_reader_finds_the_occurrences_that_the_api_shows() -> None:
    exceptions = [
        {"occurrence": "2026-10-19T09:00", "movedTo": "2026-10-21T15:00", "durationMinutes": 30},
        {"occurrence": "2026-10-26T09:00"},
    ]
    weekly = meeting(recurrence="FREQ=WEEKLY;BYDAY=MO;COUNT=6", exceptions=exceptions)
    series, moved = events(weekly)
    rule = rrulestr(series["RRULE"].to_ical().decode(), dtstart=series.start.replace(tzinfo=None))
    left_out = {one.dt for one in series["EXDATE"].dts} | {moved["RECURRENCE-ID"].dt}
    read = [one.replace(tzinfo=series.start.tzinfo) for one in rule]
    pairs = [(one, one + timedelta(hours=1)) for one in read if one not in left_out] + [(moved.start, moved.end)]
    assert weekly.schedule
    shown = [(one.starts_on, one.ends_on) for one in occurrences(weekly.schedule, MADE_ON)]
    assert sorted((begin.astimezone(UTC), end.astimezone(UTC)) for begin, end in pairs) == shown


def test_the_uid_stays_and_the_sequence_rises_with_what_calendars_must_hear_of() -> None:
    first = meeting()
    renamed = first.replaced(content("Every week"), STAMP)
    later = renamed.replaced(content("Every week", startsOn="2026-10-12T10:00"), STAMP)
    locked = later.replaced(later.content.model_copy(update={"settings": MeetingSettings(locked=True)}), STAMP)
    told = [events(one)[0] for one in (first, renamed, later, locked)]
    assert len({event["UID"] for event in told}) == 1
    assert [event["SEQUENCE"] for event in told] == [0, 1, 2, 2]
    anew = Meeting.new(first.key, content(), STAMP)
    assert events(anew)[0]["UID"] != told[0]["UID"]


def test_what_people_wrote_cannot_add_lines() -> None:
    hostile = "Plan\r\nEND:VEVENT\r\nATTENDEE:mailto:x@example.com; , \\"
    titled = meeting().model_copy(update={"title": hostile})
    event = events(titled, Method.REQUEST, Person("ann@example.com", 'Ann"\r\nX:y'))[0]
    assert str(event["SUMMARY"]).splitlines() == hostile.splitlines()
    assert str(event["ATTENDEE"]) == "mailto:ann@example.com"
    assert event["ATTENDEE"].params["PARTSTAT"] == "NEEDS-ACTION"


def test_a_cancellation_says_so_of_all_or_of_whoever_is_uninvited() -> None:
    # RFC 5546, section 3.2.5: the status is only for those to whom the whole event is cancelled.
    ann = Person("ann@example.com", "Ann")
    exceptions = [{"occurrence": "2026-10-19T09:00", "movedTo": "2026-10-21T15:00"}]
    weekly = meeting(recurrence="FREQ=WEEKLY", exceptions=exceptions)
    cancelled = events(weekly.deleted(STAMP), Method.CANCEL, ann)
    uninvited = events(weekly, Method.CANCEL, ann)
    assert [event["STATUS"] for event in cancelled] == ["CANCELLED", "CANCELLED"]
    assert [event["SEQUENCE"] for event in cancelled] == [1, 1]
    assert not any("STATUS" in event for event in uninvited)
    for event in (*cancelled, *uninvited):
        assert {"UID", "ORGANIZER", "DTSTAMP", "ATTENDEE"} <= event.keys()
    assert cancelled[1]["RECURRENCE-ID"].dt == datetime(2026, 10, 19, 9, tzinfo=ZoneInfo("Europe/Berlin"))


def test_an_occurrence_that_is_moved_to_years_before_is_in_the_time_zone_of_the_file() -> None:
    exceptions = [{"occurrence": "2026-10-19T09:00", "movedTo": "2023-07-21T15:00"}]
    schedule = meeting(recurrence="FREQ=WEEKLY", exceptions=exceptions).schedule
    assert schedule
    assert min(observance.DTSTART for observance in time_zone(schedule).subcomponents).year < 2023


@pytest.mark.parametrize(
    ("zone", "year"),
    [
        ("Europe/Berlin", 2026),
        ("America/New_York", 2005),
        ("Africa/Casablanca", 2026),
        ("Asia/Jerusalem", 2026),
        ("Europe/Dublin", 2026),
        ("Australia/Lord_Howe", 2026),
        ("Asia/Kolkata", 2026),
    ],
)
def test_the_time_zone_changes_its_clocks_when_they_change(zone: str, year: int) -> None:
    schedule = meeting(timeZone=zone, startsOn=f"{year}-01-01T09:00").schedule
    assert schedule
    text = time_zone(schedule).to_ical().decode()
    read, real = tzical(io.StringIO(text)).get(zone), ZoneInfo(zone)
    assert read
    begin = datetime(year, 1, 1)  # noqa: DTZ001 a local time
    for day in (begin + timedelta(days=number) for number in range(365 * 14)):
        for local in (day + timedelta(minutes=30 * number) for number in range(48 if changes(day, real) else 1)):
            if not is_skipped_or_twice(local, real):
                assert local.replace(tzinfo=read).utcoffset() == local.replace(tzinfo=real).utcoffset(), local


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe"])
def test_a_change_of_clocks_is_told_by_the_clock_of_before(zone: str) -> None:
    schedule = meeting(timeZone=zone, startsOn="2026-01-01T09:00").schedule
    assert schedule
    _, *observances = time_zone(schedule).subcomponents
    assert len(observances) == 2
    for observance in observances:
        onset = (observance.DTSTART - observance.TZOFFSETFROM).replace(tzinfo=UTC)
        around = [moment.astimezone(ZoneInfo(zone)).utcoffset() for moment in (onset - timedelta(seconds=1), onset)]
        assert around == [observance.TZOFFSETFROM, observance.TZOFFSETTO]


def changes(day: datetime, zone: ZoneInfo) -> bool:
    """Whether the clocks change on that day."""
    return day.replace(tzinfo=zone).utcoffset() != (day + timedelta(days=1)).replace(tzinfo=zone).utcoffset()


def is_skipped_or_twice(local: datetime, zone: ZoneInfo) -> bool:
    return local.replace(tzinfo=zone).utcoffset() != local.replace(tzinfo=zone, fold=1).utcoffset()
