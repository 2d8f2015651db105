"""When people may come in: from a while before each occurrence to a while after it."""

from __future__ import annotations

from datetime import datetime, timedelta

from function_app.errors import ForbiddenError, MeetingNotOpenError, MeetingOverError
from function_app.schedules.content import Schedule
from function_app.schedules.occurrences import occurrences


def why_shut(schedule: Schedule, now: datetime) -> ForbiddenError | None:
    """Why nobody may come in now: it is not time yet, or nothing comes any more. None when people may."""
    nearest = next(occurrences(schedule, now - timedelta(minutes=schedule.closes_minutes_after)), None)
    if nearest is None:
        return MeetingOverError()
    opens_on = nearest.starts_on - timedelta(minutes=schedule.opens_minutes_before)
    return MeetingNotOpenError(opens_on=opens_on, starts_on=nearest.starts_on) if now < opens_on else None
