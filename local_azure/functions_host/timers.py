"""Fires one timer function by its schedule, one call at a time."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

from azure.functions.meta import Datum
from azure.functions.timer import TimerRequest, TimerRequestConverter

from local_azure.functions_host.triggers import TimerFunction

logger = logging.getLogger(__name__)

_LATE = timedelta(seconds=1)
# A laptop that slept wakes with its monotonic clock behind: the wall clock is looked at again at least this often.
_LONGEST_SLEEP_SECONDS = 30.0


def utc_now() -> datetime:
    return datetime.now(UTC)


async def run_timer(
    function: TimerFunction,
    now: Callable[[], datetime] = utc_now,
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> None:
    """Calls the function at every time of its schedule until cancelled. A failed call is logged, and not repeated."""
    last: datetime | None = None
    due = now() if function.run_on_startup else function.schedule.next_after(now())
    while True:
        while (remaining := (due - now()).total_seconds()) > 0:
            await sleep(min(remaining, _LONGEST_SLEEP_SECONDS))
        started = now()
        following = function.schedule.next_after(started)
        await _fire(function, timer_request(past_due=started - due > _LATE, last=last, following=following))
        last, due = started, function.schedule.next_after(now())


def timer_request(*, past_due: bool, last: datetime | None, following: datetime) -> TimerRequest:
    """What the function receives, decoded from the host's JSON by the library's own converter, as in Azure."""
    status = {"Last": last.isoformat() if last else None, "Next": following.isoformat()}
    body = {"IsPastDue": past_due, "ScheduleStatus": status, "Schedule": {"AdjustForDST": True}}
    request: TimerRequest = TimerRequestConverter.decode(Datum(json.dumps(body), "json"), trigger_metadata=None)
    return request


async def _fire(function: TimerFunction, request: TimerRequest) -> None:
    try:
        await function.handler(request)
    except Exception:
        logger.exception("the timer function %s failed", function.handler.name)
