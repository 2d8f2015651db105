"""Every type of event and its data. docs/events.md says the same to tenants, and a test compares the two."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import ClassVar

from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel

from function_app.timestamps import Timestamp
from parley_protocol.errors import LeaveReason
from parley_protocol.grants import DisplayName, Role
from parley_protocol.ids import InviteeId, ParticipantId, SessionId, UserId


class EventType(StrEnum):
    """The names of the types, as tenants see and choose them."""

    MEETING_CREATED = "meeting.created"
    MEETING_UPDATED = "meeting.updated"
    MEETING_DELETED = "meeting.deleted"
    MEETING_RESTORED = "meeting.restored"
    INVITEE_ADDED = "invitee.added"
    INVITEE_CHANGED = "invitee.changed"
    INVITEE_REMOVED = "invitee.removed"
    INVITEE_UNREACHABLE = "invitee.unreachable"
    SESSION_STARTED = "session.started"
    SESSION_ENDED = "session.ended"
    PARTICIPANT_JOINED = "participant.joined"
    PARTICIPANT_LEFT = "participant.left"


class EventData(BaseModel):
    """What an event says beyond its type, meeting and time. A field that is added later breaks no reader."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, frozen=True)

    type: ClassVar[EventType]


class MeetingCreated(EventData):
    """The meeting was made, or made anew after it had been deleted."""

    type = EventType.MEETING_CREATED
    title: str


class MeetingUpdated(EventData):
    """What can be chosen about the meeting has changed."""

    type = EventType.MEETING_UPDATED
    title: str


class MeetingDeleted(EventData):
    """The meeting is gone; a live session is being ended."""

    type = EventType.MEETING_DELETED
    purge_on: Timestamp
    """Until then it can be restored."""


class MeetingRestored(EventData):
    """The meeting is there again, as it was before it was deleted."""

    type = EventType.MEETING_RESTORED
    title: str


class InviteeAdded(EventData):
    """Somebody was invited."""

    type = EventType.INVITEE_ADDED
    invitee: InviteeId
    role: Role


class InviteeChanged(EventData):
    """What can be chosen about an invitee was written anew."""

    type = EventType.INVITEE_CHANGED
    invitee: InviteeId


class InviteeRemoved(EventData):
    """Somebody is not invited any more."""

    type = EventType.INVITEE_REMOVED
    invitee: InviteeId


class InviteeUnreachable(EventData):
    """Nothing can be sent to one of an invitee's addresses."""

    type = EventType.INVITEE_UNREACHABLE
    invitee: InviteeId
    channel: str
    reason: str


class SessionStarted(EventData):
    """The first participant joined."""

    type = EventType.SESSION_STARTED
    session: SessionId


class SessionEnded(EventData):
    """Nobody is in the session any more, and nobody can come back to it."""

    type = EventType.SESSION_ENDED
    session: SessionId
    started_on: Timestamp
    ended_on: Timestamp


class ParticipantJoined(EventData):
    """A user is in the session, with media. Reconnecting and reloading are no events."""

    type = EventType.PARTICIPANT_JOINED
    session: SessionId
    participant: ParticipantId
    user: UserId
    name: DisplayName
    role: Role


class ParticipantLeft(EventData):
    """A user who was in the session is not in it any more."""

    type = EventType.PARTICIPANT_LEFT
    session: SessionId
    participant: ParticipantId
    user: UserId
    name: DisplayName
    role: Role
    reason: LeaveReason


CATALOGUE: Mapping[EventType, type[EventData]] = {
    data.type: data
    for data in (
        MeetingCreated,
        MeetingUpdated,
        MeetingDeleted,
        MeetingRestored,
        InviteeAdded,
        InviteeChanged,
        InviteeRemoved,
        InviteeUnreachable,
        SessionStarted,
        SessionEnded,
        ParticipantJoined,
        ParticipantLeft,
    )
}
