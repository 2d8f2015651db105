"""Participants as the API shows and takes them."""

from __future__ import annotations

from datetime import datetime
from typing import Self

from pydantic import Field

from function_app.api.models import Request, Response
from function_app.participants.control import Change
from function_app.participants.documents import Participant, Presence
from function_app.sessions.transfers import Destination
from function_app.timestamps import Timestamp
from parley_protocol.errors import LeaveReason
from parley_protocol.grants import DisplayName, Grants, Role, Source
from parley_protocol.ids import MeetingId, ParticipantId, UserId


class ParticipantPatch(Request):
    """The body of PATCH: what is absent stays as it is."""

    role: Role | None = None
    grants: Grants | None = Field(default=None, description="Absent means those of a new role, or the present ones.")
    muted_sources: tuple[Source, ...] = Field(
        default=(), max_length=len(Source), description="Muted now; the person may unmute, unless the grants forbid it."
    )

    @property
    def change(self) -> Change:
        return Change(self.role, self.grants, self.muted_sources)


class MuteRequest(Request):
    """The body of `:muteAll`."""

    sources: tuple[Source, ...] = Field(default=(Source.MICROPHONE,), min_length=1, max_length=len(Source))


class MoveRequest(Request):
    """The body of `:move`."""

    meeting: MeetingId = Field(description="The meeting to go into.")
    role: Role | None = Field(default=None, description="The role there; absent means as now.")

    @property
    def destination(self) -> Destination:
        return Destination(self.meeting, self.role)


class ParticipantResource(Response):
    id: ParticipantId
    user: UserId
    name: DisplayName
    role: Role
    grants: Grants
    """What the meeting's settings leave of `granted`: what the participant may do."""
    granted: Grants
    """What the token or a moderator gave."""
    presence: Presence
    joined_on: Timestamp
    came_on: Timestamp | None = None
    """When it was there, with media, first; absent while it never was."""
    seconds_there: int
    """How long it was there in all."""
    left_on: Timestamp | None = None
    leave_reason: LeaveReason | None = None

    @classmethod
    def of(cls, participant: Participant, now: datetime) -> Self:
        gone = participant.presence is Presence.LEFT
        return cls(
            id=participant.id,
            user=participant.user,
            name=participant.name,
            role=participant.role,
            grants=participant.grants,
            granted=participant.granted or participant.grants,
            presence=participant.presence,
            joined_on=participant.joined_on,
            came_on=participant.came_on,
            seconds_there=round(participant.was_there(now).total_seconds()),
            left_on=participant.presence_since if gone else None,
            leave_reason=participant.leave_reason if gone else None,
        )
