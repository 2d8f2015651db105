"""What is kept of a session's use once nothing else of it is: how many were there on each day, and for how long."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, timedelta
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel

from function_app.sessions.documents import Session
from function_app.stores.documents import MeetingScoped
from function_app.usage.report import Share, Stay


class DayOfSession(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, frozen=True)

    day: date
    participants: int
    seconds_there: float


class SettledUsage(MeetingScoped):
    """Takes the place of a session and its participants when these are purged. It says of nobody who it was."""

    type: Literal["settledUsage"] = "settledUsage"
    session_id: str
    first_day: date
    last_day: date
    days: tuple[DayOfSession, ...]

    @classmethod
    def of(cls, session: Session, stays: Sequence[Stay]) -> Self | None:
        """None where nobody was there."""
        if not stays:
            return None
        first = min(stay.came_on for stay in stays).astimezone(UTC).date()
        last = max(stay.left_on for stay in stays).astimezone(UTC).date()
        every_day = (first + timedelta(days=after) for after in range((last - first).days + 1))
        return cls(
            id=f"usage_{session.id}",
            tenant_id=session.tenant_id,
            meeting_id=session.meeting_id,
            session_id=session.id,
            first_day=first,
            last_day=last,
            days=tuple(_together(stays, day) for day in every_day),
        )

    def on(self, day: date) -> list[Share]:
        """What it has of that day."""
        return [
            Share(self.meeting_id, self.session_id, one.participants, timedelta(seconds=one.seconds_there))
            for one in self.days
            if one.day == day and one.participants
        ]


def _together(stays: Sequence[Stay], day: date) -> DayOfSession:
    shares = [share for stay in stays for share in stay.on(day)]
    there = sum((share.there for share in shares), timedelta())
    return DayOfSession(day=day, participants=len(shares), seconds_there=there.total_seconds())
