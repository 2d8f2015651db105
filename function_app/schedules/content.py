"""What a tenant chooses about when a meeting is held."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, NaiveDatetime, PlainSerializer, StringConstraints, WithJsonSchema

from function_app.api.models import Request
from function_app.schedules.recurrence import MAXIMUM_LENGTH

MAXIMUM_MINUTES = 24 * 60
MAXIMUM_EXCEPTIONS = 100
_LOCAL_TIME = r"(19[7-9]|20[0-9]|21[0-9])[0-9]-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:00)?"
_LOCAL_TIME_SCHEMA = {"type": "string", "pattern": f"^{_LOCAL_TIME}$", "examples": ["2026-11-30T09:00:00"]}


def _local_time(value: object) -> object:
    if isinstance(value, str) and not re.fullmatch(_LOCAL_TIME, value):
        raise ValueError("it is a date and time of day without an offset, such as 2026-11-30T09:00:00")
    return value


def write_local(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")


LocalTime = Annotated[
    NaiveDatetime,
    BeforeValidator(_local_time),
    PlainSerializer(write_local, return_type=str, when_used="json"),
    WithJsonSchema(_LOCAL_TIME_SCHEMA),
]
"""What the clock on the wall shows in the schedule's time zone, in whole minutes."""

TimeZoneName = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9_+/-]{0,63}$"),
    Field(description="A name of the IANA time zone database.", examples=["Europe/Berlin"]),
]
Rule = Annotated[
    str,
    StringConstraints(min_length=1, max_length=MAXIMUM_LENGTH),
    Field(
        description="An RRULE (RFC 5545) of FREQ, INTERVAL, COUNT or UNTIL, BYDAY, BYMONTHDAY, BYMONTH, BYSETPOS and "
        "WKST; DAILY at the most often.",
        examples=["FREQ=WEEKLY;BYDAY=MO;COUNT=20"],
    ),
]
Minutes = Annotated[int, Field(ge=1, le=MAXIMUM_MINUTES)]
MinutesOrNone = Annotated[int, Field(ge=0, le=MAXIMUM_MINUTES)]


class ScheduleException(Request):
    """One occurrence that is not held when the rule says."""

    occurrence: LocalTime
    """When it would begin."""
    moved_to: LocalTime | None = Field(default=None, description="When it begins instead; absent: it is cancelled.")
    duration_minutes: Minutes | None = Field(default=None, description="Absent means as long as the others.")


Exceptions = Annotated[tuple[ScheduleException, ...], Field(max_length=MAXIMUM_EXCEPTIONS)]


class Schedule(Request):
    """When a meeting is held. A meeting without one is open at any time."""

    time_zone: TimeZoneName
    starts_on: LocalTime
    """The first occurrence."""
    duration_minutes: Minutes
    recurrence: Rule | None = None
    exceptions: Exceptions = ()
    opens_minutes_before: MinutesOrNone = Field(default=15, description="How early people may come in.")
    closes_minutes_after: MinutesOrNone = Field(default=60, description="How late, after the end, people may come in.")

    @property
    def in_calendars(self) -> dict[str, Any]:
        """What of it calendars show: all but how early and late people may come in."""
        return self.model_dump(exclude={"opens_minutes_before", "closes_minutes_after"})


class SchedulePatch(Request):
    """What changes in the schedule; null takes away what was chosen."""

    time_zone: TimeZoneName | None = None
    starts_on: LocalTime | None = None
    duration_minutes: Minutes | None = None
    recurrence: Rule | None = None
    exceptions: Exceptions | None = None
    opens_minutes_before: MinutesOrNone | None = None
    closes_minutes_after: MinutesOrNone | None = None
