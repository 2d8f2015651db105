"""Participant minutes by day and meeting, from the participants of sessions. Days are those of UTC."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple, Protocol

from function_app.timestamps import Clock

DAYS_PER_PAGE = 31
"""A page ends after so many days, full or not, as each costs a query."""
_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Stay:
    """One participant in one session, however often it came and went."""

    meeting: str
    session: str
    came_on: datetime
    left_on: datetime
    """When it left for the last time; now, while it is there."""
    there: timedelta
    """How long it was there in between."""

    def within(self, begin: datetime, end: datetime) -> timedelta:
        """How long it was there in that time. Of a stay with absences that reaches beyond it, its share."""
        overlap = max(min(self.left_on, end) - max(self.came_on, begin), timedelta())
        whole = self.left_on - self.came_on
        return overlap * min(self.there / whole, 1) if whole else timedelta()


class MeetingDay(NamedTuple):
    """One meeting on one day."""

    day: date
    meeting: str
    sessions: int
    participants: int
    """Each counts once in each session."""
    participant_minutes: int
    """Begun minutes of all their time together."""


class Place(NamedTuple):
    """Where a page begins: after this meeting of this day, all of the day where the meeting is empty."""

    day: date
    meeting: str = ""

    @classmethod
    def parse(cls, text: str) -> Place:
        day, _, meeting = text.partition("/")
        return cls(date.fromisoformat(day), meeting)

    def __str__(self) -> str:
        return f"{self.day.isoformat()}/{self.meeting}"


class Stays(Protocol):
    async def between(self, tenant: str, since: datetime, until: datetime, now: datetime) -> list[Stay]:
        """The stays in sessions of the tenant that have a part in that time."""


class UsageReport:
    def __init__(self, stays: Stays, clock: Clock) -> None:
        self._stays = stays
        self._clock = clock

    def today(self) -> date:
        return self._clock().astimezone(UTC).date()

    async def page(self, tenant: str, place: Place, until: date, size: int) -> tuple[list[MeetingDay], Place | None]:
        """At most `size` rows by day and meeting, from `place` to before `until`, and where the next page begins."""
        now = self._clock()
        last = min(until - _DAY, now.astimezone(UTC).date(), place.day + (DAYS_PER_PAGE - 1) * _DAY)
        rows: list[MeetingDay] = []
        day = place.day
        while day <= last:
            begin = datetime.combine(day, time(), UTC)
            of_day = meetings_of(await self._stays.between(tenant, begin, begin + _DAY, now), day)
            rows += [row for row in of_day if row.meeting > place.meeting or day > place.day]
            if len(rows) > size:
                end = rows[size - 1]
                return rows[:size], Place(end.day, end.meeting)
            day += _DAY
        is_over = day >= until or day > now.astimezone(UTC).date()
        return rows, None if is_over else Place(day)


def meetings_of(stays: Iterable[Stay], day: date) -> list[MeetingDay]:
    """The day's meetings, by their ids; of a stay counts what is within the day."""
    begin = datetime.combine(day, time(), UTC)
    time_in: dict[str, timedelta] = defaultdict(timedelta)
    sessions: dict[str, list[str]] = defaultdict(list)
    for stay in stays:
        if stay.came_on < begin + _DAY and stay.left_on > begin:
            time_in[stay.meeting] += stay.within(begin, begin + _DAY)
            sessions[stay.meeting].append(stay.session)
    return [
        MeetingDay(day, meeting, len(set(sessions[meeting])), len(sessions[meeting]), _minutes(time_in[meeting]))
        for meeting in sorted(time_in)
    ]


def _minutes(time_in: timedelta) -> int:
    return math.ceil(time_in / timedelta(minutes=1))
