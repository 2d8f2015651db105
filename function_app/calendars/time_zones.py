"""VTIMEZONE (RFC 5545, section 3.6.5): when the clocks of a schedule's time zone change, told to calendars.

`icalendar` can make one of a zone, too, but tells the beginning of summer time by the new clock instead of the old one,
and only until 2038.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple
from zoneinfo import ZoneInfo

from icalendar import Timezone, TimezoneDaylight, TimezoneStandard, vRecur

from function_app.schedules.content import Schedule

_LOOKED_AT_UNTIL = 2050
"""Changes are looked up until that year, or ten years from the schedule's first; those that follow a rule then are told
for ever."""
_YEARS_OF_RULE = 10
"""What looks like a rule for fewer years may be chance."""
_WEEK = timedelta(days=7)
_WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


class _Offset(NamedTuple):
    """What the clocks show, and what they showed before."""

    before: timedelta
    after: timedelta
    name: str
    is_summer: bool


def time_zone(schedule: Schedule) -> Timezone:
    """The component for the schedule's time zone, from before its first occurrence on, wherever that was moved."""
    moved = [one.moved_to.year for one in schedule.exceptions if one.moved_to]
    return _time_zone(schedule.time_zone, min([schedule.starts_on.year, *moved]))


@lru_cache(maxsize=128)
def _time_zone(name: str, year: int) -> Timezone:
    zone = ZoneInfo(name)
    begin, end = datetime(year - 1, 1, 1, tzinfo=UTC), datetime(max(_LOOKED_AT_UNTIL, year + 10), 1, 1, tzinfo=UTC)
    component = Timezone()
    component.add("TZID", name)
    component.add_component(_observance(_offset(zone, begin, begin), [begin.replace(tzinfo=None)]))
    for offset, onsets in _changes(zone, begin, end).items():
        followed = _first_of_rule(onsets, end.year - 1)
        if followed:
            component.add_component(_observance(offset, onsets[:followed]))
        if followed < len(onsets):
            component.add_component(_observance(offset, onsets[followed:], _yearly_rule(onsets[followed:])))
    return component


def _changes(zone: ZoneInfo, begin: datetime, end: datetime) -> dict[_Offset, list[datetime]]:
    """Every change of the clocks, by what changes: the local times of its onsets by the clock of before."""
    found: dict[_Offset, list[datetime]] = defaultdict(list)
    for before, after in pairwise(_weeks(begin, end)):
        if _clock(zone, before) != _clock(zone, after):
            onset = _onset(zone, before, after)
            offset = _offset(zone, before, onset)
            found[offset].append((onset + offset.before).replace(tzinfo=None))
    return found


def _weeks(begin: datetime, end: datetime) -> Iterator[datetime]:
    while begin <= end:
        yield begin
        begin += _WEEK


def _clock(zone: ZoneInfo, moment: datetime) -> tuple[timedelta, str]:
    local = moment.astimezone(zone)
    return local.utcoffset() or timedelta(), local.tzname() or ""


def _onset(zone: ZoneInfo, before: datetime, after: datetime) -> datetime:
    """The first second at which the clocks show what they show at `after`."""
    former = _clock(zone, before)
    while after - before > timedelta(seconds=1):
        middle = before + timedelta(seconds=int((after - before).total_seconds()) // 2)
        if _clock(zone, middle) == former:
            before = middle
        else:
            after = middle
    return after


def _offset(zone: ZoneInfo, before: datetime, onset: datetime) -> _Offset:
    after, name = _clock(zone, onset)
    return _Offset(_clock(zone, before)[0], after, name, (onset.astimezone(zone).dst() or timedelta()) > timedelta())


def _observance(
    offset: _Offset, onsets: list[datetime], rule: str | None = None
) -> TimezoneStandard | TimezoneDaylight:
    """The component that tells of one kind of change: by the rule, or of each onset by itself."""
    component = TimezoneDaylight() if offset.is_summer else TimezoneStandard()
    component.DTSTART = onsets[0]
    component.TZOFFSETFROM = offset.before
    component.TZOFFSETTO = offset.after
    component.add("TZNAME", offset.name)
    if rule:
        component.add("RRULE", vRecur.from_ical(rule))
    elif onsets[1:]:
        component.add("RDATE", onsets[1:])
    return component


def _first_of_rule(onsets: list[datetime], last_year: int) -> int:
    """From which onset on a rule tells them all, up to the last year that was looked at; else their number."""
    if onsets[-1].year < last_year:
        return len(onsets)
    return next((place for place in range(len(onsets)) if _yearly_rule(onsets[place:])), len(onsets))


def _yearly_rule(onsets: list[datetime]) -> str | None:
    """The rule by which these happen year after year: on the first, second … or last such day of a month."""
    first = onsets[0]
    years = [onset.year for onset in onsets]
    same = all((one.month, one.weekday(), one.time()) == (first.month, first.weekday(), first.time()) for one in onsets)
    if len(onsets) < _YEARS_OF_RULE or not same or years != list(range(years[0], years[-1] + 1)):
        return None
    from_begin = {(one.day - 1) // 7 + 1 for one in onsets}
    is_last = all((one + _WEEK).month != one.month for one in onsets)
    if not is_last and len(from_begin) > 1:
        return None
    ordinal = -1 if is_last else from_begin.pop()
    return f"FREQ=YEARLY;BYMONTH={first.month};BYDAY={ordinal}{_WEEKDAYS[first.weekday()]}"
