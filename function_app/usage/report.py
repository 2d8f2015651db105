"""Participant minutes by day and meeting, from the participants of sessions. Days are those of UTC."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple, Protocol

from function_app.timestamps import Clock

DAYS_PER_PAGE = 31
"""A page ends after so many days, full or not, as each costs a query."""
_DAY = timedelta(days=1)


class Share(NamedTuple):
    """What participants of one session have of a day."""

    meeting: str
    session: str
    participants: int
    there: timedelta
    """How long they were there, all together."""


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

    def on(self, day: date) -> list[Share]:
        """What it has of that day, if anything. Of a stay with absences that reaches beyond it, a part of the time."""
        begin = datetime.combine(day, time(), UTC)
        end = begin + _DAY
        if self.came_on >= end or self.left_on <= begin:
            return []
        overlap, whole = min(self.left_on, end) - max(self.came_on, begin), self.left_on - self.came_on
        return [Share(self.meeting, self.session, 1, overlap * min(self.there / whole, 1))]


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


class Shares(Protocol):
    async def of_day(self, tenant: str, day: date, now: datetime) -> list[Share]:
        """What sessions of the tenant have of that day of UTC."""


class UsageReport:
    def __init__(self, shares: Shares, clock: Clock) -> None:
        self._shares = shares
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
            of_day = meetings_of(await self._shares.of_day(tenant, day, now), day)
            rows += [row for row in of_day if row.meeting > place.meeting or day > place.day]
            if len(rows) > size:
                end = rows[size - 1]
                return rows[:size], Place(end.day, end.meeting)
            day += _DAY
        is_over = day >= until or day > now.astimezone(UTC).date()
        return rows, None if is_over else Place(day)


def meetings_of(shares: Iterable[Share], day: date) -> list[MeetingDay]:
    """The day's meetings, by their ids."""
    of_meeting: dict[str, list[Share]] = defaultdict(list)
    for share in shares:
        of_meeting[share.meeting].append(share)
    return [_meeting_day(day, meeting, of_meeting[meeting]) for meeting in sorted(of_meeting)]


def _meeting_day(day: date, meeting: str, shares: Sequence[Share]) -> MeetingDay:
    there = sum((share.there for share in shares), timedelta())
    sessions = len({share.session for share in shares})
    return MeetingDay(day, meeting, sessions, sum(share.participants for share in shares), _minutes(there))


def _minutes(time_in: timedelta) -> int:
    return math.ceil(time_in / timedelta(minutes=1))
