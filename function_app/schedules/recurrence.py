"""Recurrence rules (RFC 5545, section 3.3.10): which days a rule means. Times of day are the schedule's.

A stranger writes the rules, so every question about one is answered in bounded time. The parts that make no sense for
a meeting are not taken (BYHOUR and finer, BYWEEKNO, BYYEARDAY), a rule never looks further than it is told to, and
without COUNT it begins near the days that are asked for. Libraries go on to the year 9999 when nothing matches, which
takes seconds (ADR 14). A test compares what this finds with what dateutil does.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from functools import cached_property
from typing import NamedTuple, Self

MAXIMUM_LENGTH = 300
MAXIMUM_COUNT = 1000
MAXIMUM_INTERVAL = 100
LONGEST_COUNT = timedelta(days=30 * 366)
"""Within that COUNT must be reached: such a rule is counted from its beginning, whenever it is asked about."""
_WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_WEEKDAY = re.compile(r"([+-]?[0-9]{1,2})?(MO|TU|WE|TH|FR|SA|SU)")
_NUMBER = re.compile(r"[0-9]{1,4}")
_SIGNED_NUMBER = re.compile(r"[+-]?[0-9]{1,3}")
_MOMENT = re.compile(r"[0-9]{8}T[0-9]{6}Z")
_DAY = timedelta(days=1)


class RecurrenceError(ValueError):
    """The rule is not one that a meeting can have; the text says why."""


class Frequency(StrEnum):
    DAILY = "DAILY"
    WEEKLY = "WEEKLY"
    MONTHLY = "MONTHLY"
    YEARLY = "YEARLY"


class Weekday(NamedTuple):
    """A day of the week, from Monday = 0; `ordinal` is which one of the month or the year, from the end if negative."""

    day: int
    ordinal: int | None


@dataclass(frozen=True)
class Recurrence:
    """A rule, taken apart."""

    frequency: Frequency
    interval: int = 1
    count: int | None = None
    until: datetime | None = None
    """The last moment at which an occurrence may begin."""
    months: tuple[int, ...] = ()
    month_days: tuple[int, ...] = ()
    weekdays: tuple[Weekday, ...] = ()
    positions: tuple[int, ...] = ()
    week_start: int = 0

    @classmethod
    def parse(cls, text: str) -> Self:
        """The rule of a text such as `FREQ=WEEKLY;BYDAY=MO,WE;COUNT=20`. Raises RecurrenceError."""
        if len(text) > MAXIMUM_LENGTH:
            raise RecurrenceError(f"a rule has at most {MAXIMUM_LENGTH} characters")
        parts = _parts(text)
        try:
            frequency = Frequency(parts.pop("FREQ", ""))
        except ValueError:
            raise RecurrenceError("FREQ must be DAILY, WEEKLY, MONTHLY or YEARLY") from None
        rule = cls(
            frequency=frequency,
            interval=_number("INTERVAL", parts.pop("INTERVAL", "1"), 1, MAXIMUM_INTERVAL),
            count=_number("COUNT", parts.pop("COUNT"), 1, MAXIMUM_COUNT) if "COUNT" in parts else None,
            until=_moment(parts.pop("UNTIL")) if "UNTIL" in parts else None,
            months=_numbers("BYMONTH", parts.pop("BYMONTH", None), 12, negative=False),
            month_days=_numbers("BYMONTHDAY", parts.pop("BYMONTHDAY", None), 31),
            weekdays=_weekdays(parts.pop("BYDAY", None)),
            positions=_numbers("BYSETPOS", parts.pop("BYSETPOS", None), 366),
            week_start=_week_start(parts.pop("WKST", "MO")),
        )
        if parts:
            raise RecurrenceError(f"{next(iter(parts))} is not a part of a meeting's rule")
        rule._check()
        return rule

    def days(self, first: date, since: date, until: date) -> Iterator[date]:
        """The days that the rule means from `since` to `until`, in their order; `first` is the day it begins on.

        UNTIL is not looked at: it is a moment, and the schedule knows the time of day.
        """
        remaining = self.count
        if self.count:
            until = min(until, first + LONGEST_COUNT)
        begin = 0 if self.count else max(0, self._period_of(first, since))
        for number in range(begin, self._period_of(first, until) + 1):
            for day in self._chosen(first, number):
                if day > until or remaining == 0:
                    return
                if remaining is not None:
                    remaining -= 1
                if day >= since:
                    yield day

    def reaches_count(self, first: date) -> bool:
        """Whether it has as many occurrences as COUNT says, soon enough."""
        last = first + LONGEST_COUNT
        return self.count is None or sum(1 for _ in self.days(first, first, last)) == self.count

    def _check(self) -> None:
        if self.count and self.until:
            raise RecurrenceError("COUNT and UNTIL exclude each other")
        if self.frequency is Frequency.WEEKLY and self.month_days:
            raise RecurrenceError("BYMONTHDAY does not go with FREQ=WEEKLY")
        by_weeks = self.frequency in (Frequency.DAILY, Frequency.WEEKLY)
        if by_weeks and any(weekday.ordinal for weekday in self.weekdays):
            raise RecurrenceError("a number before a day of the week needs FREQ=MONTHLY or FREQ=YEARLY")
        if self.positions and not (self.months or self.month_days or self.weekdays):
            raise RecurrenceError("BYSETPOS needs another BY part to choose from")

    def _period_of(self, first: date, day: date) -> int:
        """The number of the last period that begins on `day` or before; the rule begins in period 0."""
        match self.frequency:
            case Frequency.DAILY:
                passed = (day - first).days
            case Frequency.WEEKLY:
                passed = (day - self._week_of(first)).days // 7
            case Frequency.MONTHLY:
                passed = (day.year - first.year) * 12 + day.month - first.month
            case Frequency.YEARLY:
                passed = day.year - first.year
        return passed // self.interval

    def _chosen(self, first: date, number: int) -> list[date]:
        """The days of the period of that number, the rule's beginning not forgotten."""
        days = [day for day in self._period(first, number) if self._means(first, day)]
        if self.positions:
            places = {place - 1 if place > 0 else len(days) + place for place in self.positions}
            days = [day for place, day in enumerate(days) if place in places]
        return [day for day in days if day >= first]

    def _period(self, first: date, number: int) -> Iterator[date]:
        """Every day of the period, as far as months tell."""
        step = number * self.interval
        match self.frequency:
            case Frequency.DAILY:
                yield first + step * _DAY
            case Frequency.WEEKLY:
                for day in range(7):
                    yield self._week_of(first) + (step * 7 + day) * _DAY
            case Frequency.MONTHLY:
                months = first.month - 1 + step
                yield from _days_of_month(first.year + months // 12, months % 12 + 1)
            case Frequency.YEARLY:
                for month in sorted(self.months) or self._months_of_year(first):
                    yield from _days_of_month(first.year + step, month)

    def _week_of(self, day: date) -> date:
        """The day on which its week begins."""
        return day - (day.weekday() - self.week_start) % 7 * _DAY

    def _months_of_year(self, first: date) -> tuple[int, ...]:
        return tuple(range(1, 13)) if self.month_days or self.weekdays else (first.month,)

    def _means(self, first: date, day: date) -> bool:
        if self.months and day.month not in self.months:
            return False
        if self.month_days and not self._is_month_day(day):
            return False
        if self.weekdays:
            return self._is_weekday(day)
        if self.month_days or self.frequency is Frequency.DAILY:
            return True
        if self.frequency is Frequency.WEEKLY:
            return day.weekday() == first.weekday()
        return day.day == first.day

    def _is_month_day(self, day: date) -> bool:
        return day.day in self.month_days or day.day - _length(day.year, day.month) - 1 in self.month_days

    @cached_property
    def _ordinals(self) -> dict[int, set[int | None]]:
        """By day of the week, the numbers that stand before it; None for it without one."""
        found: dict[int, set[int | None]] = {}
        for day, ordinal in self.weekdays:
            found.setdefault(day, set()).add(ordinal)
        return found

    def _is_weekday(self, day: date) -> bool:
        ordinals = self._ordinals.get(day.weekday())
        if ordinals is None or None in ordinals:
            return ordinals is not None
        if self.frequency is Frequency.YEARLY and not self.months:
            begin, end = date(day.year, 1, 1), date(day.year, 12, 31)
        else:
            begin, end = day.replace(day=1), day.replace(day=_length(day.year, day.month))
        from_begin, from_end = (day - begin).days // 7 + 1, -((end - day).days // 7) - 1
        return from_begin in ordinals or from_end in ordinals


def _days_of_month(year: int, month: int) -> Iterator[date]:
    for day in range(1, _length(year, month) + 1):
        yield date(year, month, day)


def _length(year: int, month: int) -> int:
    return calendar.monthrange(year, month)[1]


def _parts(text: str) -> dict[str, str]:
    parts: dict[str, str] = {}
    for part in text.split(";"):
        name, equals, value = part.partition("=")
        if not equals or not value:
            raise RecurrenceError("a rule is a list of NAME=value with semicolons between")
        if name in parts:
            raise RecurrenceError(f"{name} stands twice")
        parts[name] = value
    return parts


def _number(name: str, text: str, least: int, most: int) -> int:
    form = _SIGNED_NUMBER if least < 0 else _NUMBER
    if not form.fullmatch(text) or not least <= int(text) <= most:
        raise RecurrenceError(f"{name} is a number from {least} to {most}")
    return int(text)


def _numbers(name: str, text: str | None, most: int, *, negative: bool = True) -> tuple[int, ...]:
    numbers = tuple(_number(name, one, -most if negative else 1, most) for one in text.split(",")) if text else ()
    if 0 in numbers:
        raise RecurrenceError(f"{name} has no 0")
    return tuple(dict.fromkeys(numbers))


def _weekdays(text: str | None) -> tuple[Weekday, ...]:
    weekdays = []
    for one in text.split(",") if text else ():
        found = _WEEKDAY.fullmatch(one)
        ordinal = int(found[1]) if found and found[1] else None
        if not found or (ordinal is not None and not 1 <= abs(ordinal) <= 53):
            raise RecurrenceError("BYDAY is a list of days such as MO, 2TU or -1FR")
        weekdays.append(Weekday(_WEEKDAYS.index(found[2]), ordinal))
    return tuple(weekdays)


def _week_start(text: str) -> int:
    if text not in _WEEKDAYS:
        raise RecurrenceError("WKST is a day such as MO")
    return _WEEKDAYS.index(text)


def _moment(text: str) -> datetime:
    try:
        if _MOMENT.fullmatch(text):
            return datetime.strptime(text, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    except ValueError:
        pass
    raise RecurrenceError("UNTIL is a moment in UTC such as 20261231T235959Z")
