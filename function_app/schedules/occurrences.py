"""The occurrences of a schedule, as moments."""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from function_app.schedules.content import MAXIMUM_MINUTES, Schedule, ScheduleException
from function_app.schedules.recurrence import Recurrence
from function_app.schedules.zones import to_local, to_utc

HORIZON = timedelta(days=3660)
"""How far ahead is looked. What a rule means later than that is seen when it is nearer."""
_LONGEST = timedelta(minutes=MAXIMUM_MINUTES, days=1)
"""As long as an occurrence may last, and the most by which clocks differ from UTC."""


@dataclass(frozen=True, order=True)
class Occurrence:
    starts_on: datetime
    ends_on: datetime
    occurrence: datetime
    """Its name: the local time at which it begins by the rule, wherever it has been moved."""


def occurrences(schedule: Schedule, since: datetime) -> Iterator[Occurrence]:
    """Those that end after `since`, in the order of their beginnings."""
    zone = ZoneInfo(schedule.time_zone)
    excepted = {one.occurrence: one for one in schedule.exceptions}
    moved = sorted(_moved(schedule, one, one.moved_to, zone) for one in schedule.exceptions if one.moved_to)
    regular = (
        _occurrence(zone, local, local, schedule.duration_minutes)
        for local in local_starts(schedule, to_local(since, zone) - _LONGEST)
        if local not in excepted
    )
    return (one for one in heapq.merge(regular, moved) if one.ends_on > since)


def local_starts(schedule: Schedule, since: datetime) -> Iterator[datetime]:
    """When occurrences begin by the rule, exceptions or not, from `since` on; all by the schedule's own clock."""
    if schedule.recurrence is None:
        return iter([schedule.starts_on] if schedule.starts_on >= since else [])
    return _by_rule(schedule, Recurrence.parse(schedule.recurrence), since)


def _by_rule(schedule: Schedule, rule: Recurrence, since: datetime) -> Iterator[datetime]:
    first = schedule.starts_on
    zone = ZoneInfo(schedule.time_zone)
    horizon = max(since, first) + HORIZON
    for day in rule.days(first.date(), since.date(), horizon.date()):
        local = datetime.combine(day, first.time())
        if rule.until and to_utc(local, zone) > rule.until:
            return
        if local >= since:
            yield local


def _moved(schedule: Schedule, exception: ScheduleException, to: datetime, zone: ZoneInfo) -> Occurrence:
    minutes = exception.duration_minutes or schedule.duration_minutes
    return _occurrence(zone, exception.occurrence, to, minutes)


def _occurrence(zone: ZoneInfo, name: datetime, local: datetime, minutes: int) -> Occurrence:
    starts_on = to_utc(local, zone)
    return Occurrence(starts_on, starts_on + timedelta(minutes=minutes), name)
