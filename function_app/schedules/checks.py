"""What is wrong with a schedule beyond the form of its fields."""

from __future__ import annotations

from collections.abc import Iterator

from function_app.errors import ErrorDetail, InvalidRequestError
from function_app.schedules.content import Schedule
from function_app.schedules.occurrences import local_starts
from function_app.schedules.recurrence import LONGEST_COUNT, Recurrence, RecurrenceError
from function_app.schedules.zones import zone_names


def check_schedule(schedule: Schedule) -> None:
    """Raises InvalidRequestError, which names every field that is wrong."""
    details = [ErrorDetail("InvalidParameter", f"/schedule/{field}", text) for field, text in _problems(schedule)]
    if details:
        raise InvalidRequestError(target=details[0].target if len(details) == 1 else None, details=details)


def _problems(schedule: Schedule) -> Iterator[tuple[str, str]]:
    if schedule.time_zone not in zone_names():
        yield "timeZone", "It is no name of the IANA time zone database."
        return
    try:
        rule = Recurrence.parse(schedule.recurrence) if schedule.recurrence else None
    except RecurrenceError as error:
        yield "recurrence", f"The rule is not valid: {error}."
        return
    if rule is None:
        if schedule.exceptions:
            yield "exceptions", "Only a meeting that recurs has exceptions."
        return
    if next(local_starts(schedule, schedule.starts_on), None) != schedule.starts_on:
        yield "startsOn", "It must be an occurrence of the rule: the first."
        return
    if not rule.reaches_count(schedule.starts_on.date()):
        yield "recurrence", f"COUNT must be reached within {LONGEST_COUNT.days // 366} years."
        return
    yield from _wrong_exceptions(schedule)


def _wrong_exceptions(schedule: Schedule) -> Iterator[tuple[str, str]]:
    named = [one.occurrence for one in schedule.exceptions]
    starts = set()
    if named:
        for start in local_starts(schedule, min(named)):
            if start > max(named):
                break
            starts.add(start)
    seen = set()
    for index, one in enumerate(schedule.exceptions):
        if one.occurrence not in starts:
            yield f"exceptions/{index}/occurrence", "The rule has no occurrence then."
        if one.occurrence in seen:
            yield f"exceptions/{index}/occurrence", "The occurrence is named twice."
        if one.duration_minutes and not one.moved_to:
            yield f"exceptions/{index}/durationMinutes", "An occurrence that is cancelled has no duration."
        seen.add(one.occurrence)
