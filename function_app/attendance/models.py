"""Sessions and attendance as the API shows them."""

from __future__ import annotations

from datetime import datetime
from typing import Self

from pydantic import Field

from function_app.api.models import Response
from function_app.media.providers.names import MediaProviderName
from function_app.participants.documents import Participant
from function_app.participants.models import ParticipantResource
from function_app.sessions.documents import Session
from function_app.timestamps import Timestamp
from parley_protocol.errors import LeaveReason
from parley_protocol.grants import DisplayName, Role
from parley_protocol.ids import MeetingId, ParticipantId, SessionId, UserId

NEXT_LINK = Field(default=None, description="The address of the next page; absent on the last one.")


class SessionResource(Response):
    id: SessionId
    meeting: MeetingId
    started_on: Timestamp
    ended_on: Timestamp | None = None
    """Absent while it lives."""
    media_provider: MediaProviderName

    @classmethod
    def of(cls, session: Session) -> Self:
        return cls(
            id=session.id,
            meeting=session.meeting_id,
            started_on=session.started_on,
            ended_on=session.ended_on,
            media_provider=session.media_provider,
        )


class SessionList(Response):
    value: list[SessionResource]
    """Newest first."""
    next_link: str | None = NEXT_LINK


class ParticipantList(Response):
    value: list[ParticipantResource]
    """In the order of their first joins."""
    next_link: str | None = NEXT_LINK


class AttendanceResource(Response):
    """That somebody was in a session, however often it came and went."""

    session: SessionId
    participant: ParticipantId
    user: UserId
    name: DisplayName
    role: Role
    came_on: Timestamp
    """When it was there first."""
    left_on: Timestamp | None = None
    """When it left last; absent while it is there."""
    seconds_there: int
    """How long it was there in all."""
    leave_reason: LeaveReason | None = None

    @classmethod
    def of(cls, participant: Participant, now: datetime) -> Self:
        shown = ParticipantResource.of(participant, now)
        return cls(
            session=participant.session_id,
            participant=shown.id,
            came_on=participant.came_on or participant.joined_on,
            **shown.model_dump(include={"user", "name", "role", "left_on", "seconds_there", "leave_reason"}),
        )


class AttendanceList(Response):
    value: list[AttendanceResource]
    """In the order in which they came."""
    next_link: str | None = NEXT_LINK
