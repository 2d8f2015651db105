"""NCRONTAB schedules: `{second} {minute} {hour} {day} {month} {day-of-week}`, in UTC as Azure reads them.

Source: learn.microsoft.com, "Timer trigger for Azure Functions", NCRONTAB expressions.
"""

from __future__ import annotations

import re
from datetime import datetime

from croniter import CroniterBadDateError, CroniterError, croniter

from local_azure.functions_host.settings import HostConfigurationError

# croniter also takes hashes, keywords and "last day", which Azure would refuse: a schedule must mean the same in both.
_VALUE = r"(?:\d{1,2}|[A-Za-z]{3})"
_FIELD = rf"(?:\*|{_VALUE}(?:-{_VALUE})?)(?:/\d{{1,2}})?"
_FIELDS = re.compile(rf"{_FIELD}(?:,{_FIELD})*")


class Schedule:
    """When a timer fires."""

    def __init__(self, expression: str) -> None:
        fields = expression.split()
        if len(fields) != 6 or not all(_FIELDS.fullmatch(field) for field in fields):
            raise HostConfigurationError(f"the schedule {expression!r} is not an NCRONTAB expression of six fields")
        self._expression = " ".join(fields)
        try:
            self.next_after(datetime.fromisoformat("2000-01-01T00:00:00+00:00"))
        except CroniterBadDateError as error:
            raise HostConfigurationError(f"the schedule {expression!r} never fires") from error
        except (CroniterError, ValueError) as error:
            raise HostConfigurationError(f"the schedule {expression!r} cannot be read: {error}") from error

    def next_after(self, moment: datetime) -> datetime:
        """The first time later than `moment` (aware) that fits. Day and day-of-week must both fit, as in NCRONTAB."""
        following: datetime = croniter(self._expression, moment, second_at_beginning=True, day_or=False).get_next(
            datetime
        )
        return following
