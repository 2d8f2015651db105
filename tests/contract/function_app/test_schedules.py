"""Schedules of meetings: what is shown of them, when people may come in, and the file for calendars."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from icalendar import Calendar

from .support import PUBLIC_URL, FakeNode, Platform, bearer


def local(moment: datetime) -> str:
    """As a clock in UTC shows it, in whole minutes."""
    return f"{moment:%Y-%m-%dT%H:%M:00}"


def weekly(first: datetime, **chosen: Any) -> dict[str, Any]:
    schedule = {"timeZone": "Etc/UTC", "startsOn": local(first), "durationMinutes": 60}
    return {"title": "Weekly", "schedule": {**schedule, "recurrence": "FREQ=WEEKLY;COUNT=3", **chosen}}


def minute(platform: Platform, **later: float) -> datetime:
    return platform.clock().replace(second=0, microsecond=0) + timedelta(**later)


async def refused(platform: Platform, token: str) -> dict[str, Any]:
    answer = await platform.try_join(token)
    assert answer.status_code == 403, answer.text
    error: dict[str, Any] = answer.json()["error"]
    return error


async def test_a_schedule_is_kept_changed_and_taken_away(platform: Platform) -> None:
    first = minute(platform, days=1)
    put = await platform.call("PUT", "/meetings/weekly", json=weekly(first))
    assert put.status_code == 201, put.text
    body = put.json()
    assert body["schedule"] == {
        **weekly(first)["schedule"],
        "exceptions": [],
        "opensMinutesBefore": 15,
        "closesMinutesAfter": 60,
    }
    assert [one["occurrence"] for one in body["nextOccurrences"]] == [
        local(first + timedelta(days=7 * week)) for week in range(3)
    ]
    assert datetime.fromisoformat(body["nextOccurrences"][0]["startsOn"]) == first
    assert body["calendarSequence"] == 0
    patch = {"schedule": {"exceptions": [{"occurrence": local(first)}], "recurrence": "FREQ=WEEKLY;COUNT=2"}}
    patched = (await platform.call("PATCH", "/meetings/weekly", json=patch)).json()
    assert [one["occurrence"] for one in patched["nextOccurrences"]] == [local(first + timedelta(days=7))]
    assert patched["calendarSequence"] == 1
    muted = await platform.call("PATCH", "/meetings/weekly", json={"settings": {"muteOnEntry": True}})
    assert muted.json()["calendarSequence"] == 1
    doors = await platform.call(
        "PATCH", "/meetings/weekly", json={"schedule": {"opensMinutesBefore": 5, "closesMinutesAfter": 0}}
    )
    assert doors.json()["schedule"]["opensMinutesBefore"] == 5
    assert doors.json()["calendarSequence"] == 1
    without = (await platform.call("PATCH", "/meetings/weekly", json={"schedule": None})).json()
    assert "schedule" not in without
    assert "nextOccurrences" not in without
    assert without["calendarSequence"] == 2


@pytest.mark.parametrize(
    ("chosen", "target"),
    [
        ({"timeZone": "Europe/Atlantis"}, "/schedule/timeZone"),
        ({"timeZone": "../../etc/passwd"}, "/schedule/timeZone"),
        ({"startsOn": "2026-11-30T09:00:00Z"}, "/schedule/startsOn"),
        ({"startsOn": "2026-02-30T09:00:00"}, "/schedule/startsOn"),
        ({"startsOn": 0}, "/schedule/startsOn"),
        ({"durationMinutes": 100_000}, "/schedule/durationMinutes"),
        ({"recurrence": "FREQ=SECONDLY"}, "/schedule/recurrence"),
        ({"recurrence": "FREQ=WEEKLY;INTERVAL=100;COUNT=1000"}, "/schedule/recurrence"),
        ({"exceptions": [{"occurrence": "2026-11-30T09:00"}]}, "/schedule/exceptions/0/occurrence"),
    ],
)
async def test_a_wrong_schedule_is_refused_by_the_name_of_its_field(
    platform: Platform, chosen: dict[str, Any], target: str
) -> None:
    body = weekly(minute(platform, days=1), **chosen)
    put = await platform.call("PUT", "/meetings/weekly", json=body)
    posted = await platform.call("POST", "/meetings", json=body)
    await platform.put_meeting("weekly")
    patched = await platform.call("PATCH", "/meetings/weekly", json=body)
    for answer in (put, posted, patched):
        assert (answer.status_code, answer.json()["error"]["target"]) == (400, target)


async def test_people_come_in_when_it_is_time_and_those_who_were_there_come_back(
    platform: Platform, node: FakeNode
) -> None:
    first = minute(platform, hours=1)
    await platform.call("PUT", "/meetings/weekly", json=weekly(first, closesMinutesAfter=10))
    ann, bob, late = [await platform.token(user, "weekly") for user in ("ann", "bob", "late")]
    error = await refused(platform, ann)
    assert error["code"] == "MeetingNotOpen"
    assert datetime.fromisoformat(error["startsOn"]) == first
    assert datetime.fromisoformat(error["opensOn"]) == first - timedelta(minutes=15)
    platform.clock.advance(3600)
    assert (await platform.try_join(ann)).status_code == 200
    platform.clock.advance(4200)
    assert (await refused(platform, bob))["code"] == "MeetingNotOpen"
    assert (await platform.try_join(ann)).status_code == 200
    platform.clock.advance(14 * 24 * 3600)
    assert (await refused(platform, late))["code"] == "MeetingOver"


async def test_whoever_moderates_comes_in_at_any_time_and_may_open_the_meeting(
    platform: Platform, node: FakeNode
) -> None:
    await platform.call("PUT", "/meetings/weekly", json=weekly(minute(platform, days=1)))
    host = await platform.join("hilda", "weekly", role="host")
    ann = await platform.token("ann", "weekly")
    assert (await refused(platform, ann))["code"] == "MeetingNotOpen"
    started = await platform.http.post("/meetings/weekly:start", headers=bearer(host["token"]))
    assert started.status_code == 200
    assert (await platform.try_join(ann)).status_code == 200


async def test_the_file_for_calendars_is_for_those_who_know_of_the_meeting(platform: Platform) -> None:
    first = minute(platform, days=1)
    await platform.call("PUT", "/meetings/weekly", json=weekly(first))
    answer = await platform.call("GET", "/meetings/weekly/invite.ics")
    assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8; method=PUBLISH"
    event: Any = Calendar.from_ical(answer.content).walk("VEVENT")[0]
    assert event.start.astimezone(UTC) == first
    assert event["URL"] == f"{PUBLIC_URL}/m/weekly"
    as_ann = bearer(await platform.token("ann", "weekly"))
    assert (await platform.http.get("/meetings/weekly/invite.ics", headers=as_ann)).status_code == 200
    unscheduled = await platform.call("GET", "/meetings/demo/invite.ics")
    assert (unscheduled.status_code, unscheduled.json()["error"]["code"]) == (404, "MeetingNotScheduled")
