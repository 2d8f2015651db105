"""Meetings as the API shows and takes them."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import islice
from typing import Self

from pydantic import Field

from function_app.api.models import Request, Response
from function_app.meetings.content import MeetingSettings
from function_app.meetings.documents import Meeting
from function_app.schedules.content import LocalTime, Schedule
from function_app.schedules.occurrences import occurrences
from function_app.timestamps import Timestamp
from parley_protocol.grants import DisplayName, Grants, Role
from parley_protocol.ids import MeetingId, UserId

MINIMUM_TOKEN_SECONDS = 60
MAXIMUM_TOKEN_SECONDS = 24 * 3600
DEFAULT_TOKEN_SECONDS = 600
DEFAULT_RENEWABLE_FOR = timedelta(hours=12)


NEXT_OCCURRENCES = 5


class OccurrenceResource(Response):
    occurrence: LocalTime
    """Its name in `exceptions`: when it begins by the rule, in the schedule's time zone."""
    starts_on: Timestamp
    ends_on: Timestamp


class MeetingResource(Response):
    id: MeetingId = Field(examples=["weekly-planning"])
    title: str
    settings: MeetingSettings
    schedule: Schedule | None = None
    next_occurrences: list[OccurrenceResource] | None = None
    """The one that is going on and the next, at most five, at the time of the answer; absent without a schedule."""
    calendar_sequence: int
    """Rises with each change that calendars must hear of: of the schedule or the title."""
    created_on: Timestamp
    updated_on: Timestamp
    deleted_on: Timestamp | None = None
    purge_on: Timestamp | None = None
    """Of a deleted one: until then `:restore` brings it back."""
    opened_on: Timestamp | None = None
    """When `:start` opened it, until `:end`."""
    etag: str
    """The same as in the header ETag, so that a list has it too."""
    join_url: str
    """The client's page of the meeting; people need a join token on top, see `:issueToken`."""

    @classmethod
    def of(cls, meeting: Meeting, public_url: str, now: datetime, retention: timedelta) -> Self:
        return cls(
            id=meeting.meeting_id,
            title=meeting.title,
            settings=meeting.settings,
            schedule=meeting.schedule,
            next_occurrences=_next_occurrences(meeting, now),
            calendar_sequence=meeting.calendar_sequence,
            opened_on=meeting.opened_on,
            created_on=meeting.created_on,
            updated_on=meeting.updated_on,
            deleted_on=meeting.deleted_on,
            purge_on=meeting.deleted_on + retention if meeting.deleted_on else None,
            etag=f'"{meeting.version}"',
            join_url=meeting_url(public_url, meeting.meeting_id),
        )


class MeetingList(Response):
    value: list[MeetingResource]
    next_link: str | None = None
    """The address of the next page; absent on the last one."""


class TokenRequest(Request):
    """The body of `:issueToken`: whom the tenant lets in, and as what."""

    participant: UserId = Field(examples=["ann@example.com"])
    """The tenant's own id of the person: the same id is the same participant, from wherever it joins."""
    name: DisplayName = Field(examples=["Ann"])
    role: Role = Role.ATTENDEE
    grants: Grants | None = None
    """Absent means what the role may do."""
    ttl_seconds: int | None = Field(
        default=None,
        ge=MINIMUM_TOKEN_SECONDS,
        le=MAXIMUM_TOKEN_SECONDS,
        description="How long the token lets its user join; absent means 600. "
        "Unless `renewForSeconds` says otherwise, what is given here also ends all renewing.",
    )
    renew_for_seconds: int | None = Field(
        default=None,
        ge=0,
        le=MAXIMUM_TOKEN_SECONDS,
        description="How long after the issue somebody who has joined may still come back, with the renewed token "
        "that each join answers. Absent means 43200 (12 hours), or `ttlSeconds` where that is given; 0 means never "
        "after the token itself has expired. A renewed token lives for at most 8 hours.",
    )

    @property
    def lifetime(self) -> timedelta:
        return timedelta(seconds=DEFAULT_TOKEN_SECONDS if self.ttl_seconds is None else self.ttl_seconds)

    @property
    def renewable_for(self) -> timedelta:
        """From the issue on."""
        if self.renew_for_seconds is not None:
            return timedelta(seconds=self.renew_for_seconds)
        return DEFAULT_RENEWABLE_FOR if self.ttl_seconds is None else self.lifetime


class GuestTokenRequest(Request):
    """The body of `:issueToken` of an open meeting."""

    name: DisplayName = Field(examples=["Ann"])


class ExchangeRequest(Request):
    """The body of `:exchangeToken`."""

    name: DisplayName | None = Field(default=None, examples=["Ann"])
    """What others see of somebody whose ID token has no name."""


class IssuedToken(Response):
    token: str
    """The join token."""
    join_url: str
    """The link to give to the person; the token is in its fragment, which browsers do not send to servers."""
    expires_on: Timestamp


def _next_occurrences(meeting: Meeting, now: datetime) -> list[OccurrenceResource] | None:
    if meeting.schedule is None:
        return None
    return [
        OccurrenceResource(occurrence=one.occurrence, starts_on=one.starts_on, ends_on=one.ends_on)
        for one in islice(occurrences(meeting.schedule, now), NEXT_OCCURRENCES)
    ]


def meeting_url(public_url: str, meeting: str) -> str:
    return f"{public_url}/m/{meeting}"
