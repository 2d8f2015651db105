"""`/tenants/me/usage`: participant minutes. For credentials with the role `admin`."""

from __future__ import annotations

import datetime
from typing import Annotated

from fastapi import APIRouter, Query

from function_app.api.credentials import Administrator, ServicesOf
from function_app.api.models import Response
from function_app.api.paging import DEFAULT_PAGE_SIZE, ContinuationToken, PageSize, Paging
from function_app.errors import InvalidRequestError
from function_app.usage.report import Place
from parley_protocol.ids import MeetingId

LONGEST_PERIOD = datetime.timedelta(days=366)
_DAY = datetime.timedelta(days=1)
_FIRST_YEAR, _LAST_YEAR = 2000, 3000

router = APIRouter(tags=["tenants"])


class UsageOfMeeting(Response):
    """One meeting on one day of UTC."""

    day: datetime.date
    meeting: MeetingId
    sessions: int
    participants: int
    """Somebody counts once in each session, however often it joins that."""
    participant_minutes: int
    """The time that they were there, of all together; begun minutes count."""


class Usage(Response):
    value: list[UsageOfMeeting]
    """By day and meeting; days and meetings without use are left out."""
    next_link: str | None = None
    """The address of the next page, which may be empty; absent on the last one."""


@router.get("/tenants/me/usage", operation_id="getUsage", response_model_exclude_none=True)
async def get_usage(
    caller: Administrator,
    services: ServicesOf,
    since: Annotated[datetime.date | None, Query(description="The first day; absent means the month's first.")] = None,
    until: Annotated[
        datetime.date | None, Query(description="The first day that is not wanted; absent means tomorrow.")
    ] = None,
    size: PageSize = DEFAULT_PAGE_SIZE,
    continuation: ContinuationToken = None,
) -> Usage:
    """Participant minutes by day and meeting, those of running sessions up to now."""
    first, end = _period(since, until, services.usage.today())
    period = {"since": first.isoformat(), "until": end.isoformat()}
    paging = Paging(services, "/tenants/me/usage", (caller.tenant, "usage"), size, continuation, **period)
    place = Place.parse(paging.continuation) if paging.continuation else Place(first)
    rows, following = await services.usage.page(caller.tenant, place, end, size)
    value = [UsageOfMeeting(**row._asdict()) for row in rows]
    return Usage(value=value, next_link=paging.next_link(str(following) if following else None))


def _period(
    since: datetime.date | None, until: datetime.date | None, today: datetime.date
) -> tuple[datetime.date, datetime.date]:
    """The first day, and the first after the last. Raises InvalidRequestError."""
    for name, day in (("since", since), ("until", until)):
        if day and not _FIRST_YEAR <= day.year < _LAST_YEAR:
            raise InvalidRequestError.parameter(name, "That is too far away.")
    first = since or min(today.replace(day=1), until or today)
    end = until or max(today, first) + _DAY
    if not first <= end or end - first > LONGEST_PERIOD:
        raise InvalidRequestError.parameter(
            "until", f"It must not be before `since`, and {LONGEST_PERIOD.days} days after it at most."
        )
    return first, end
