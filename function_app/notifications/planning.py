"""What is to be said: compares what invitees have been told of a meeting with what is so now.

Nothing is told by a change itself. Each change only has every invitee looked at, so it makes no difference how often or
how late that happens, and changes that come together are told as one.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from function_app.invitees.documents import Invitee, Told
from function_app.meetings.documents import Meeting
from function_app.notifications.documents import TRIED_FOR, Kind, Notification, lane_of, notification_id
from function_app.notifications.port import ChannelName
from function_app.schedules.occurrences import Occurrence, occurrences
from function_app.timestamps import rfc3339

UPDATES_WAIT = timedelta(seconds=30)
"""Whoever moves a meeting often moves it again: only the last of such changes is told."""
REMINDERS_LAST = timedelta(minutes=10)
"""After the beginning."""


def news(meeting: Meeting, invitee: Invitee, now: datetime) -> tuple[Kind, Told] | None:
    """What the invitee has to be told, and what it has been told then; None for nothing."""
    found = _unsaid(meeting, invitee)
    if found and meeting.schedule and next(occurrences(meeting.schedule, now), None) is None:
        return None  # It is over for good.
    return found


def _unsaid(meeting: Meeting, invitee: Invitee) -> tuple[Kind, Told] | None:
    told = invitee.told
    is_invited = meeting.deleted_on is None and invitee.is_of(meeting)
    number = told.number + 1 if told else 1
    if not is_invited:
        if told is None or told.cancelled or not told.reached:
            return None
        return Kind.CANCELLATION, told.model_copy(update={"number": number, "cancelled": True})
    if told and not told.cancelled and told.calendar_sequence == meeting.calendar_sequence:
        return None
    knows = told is not None and told.reached and not told.cancelled
    kind = Kind.UPDATE if knows else Kind.INVITATION
    return kind, Told(number=number, calendar_sequence=meeting.calendar_sequence, reached=knows)


def notifications_of_news(
    meeting: Meeting, invitee: Invitee, kind: Kind, told: Told, channels: frozenset[ChannelName], now: datetime
) -> list[Notification]:
    """By the preferred way to reach the invitee, if there is one."""
    usable = [channel for channel in invitee.reachable() if channel in channels]
    due_on = now + UPDATES_WAIT if kind is Kind.UPDATE else now
    return [
        _notification(meeting, invitee, kind, channel, str(told.number), due_on, now + TRIED_FOR, now)
        for channel in usable[:1]
    ]


def notifications_of_reminder(
    meeting: Meeting, invitee: Invitee, begins: datetime, channels: frozenset[ChannelName], now: datetime
) -> list[Notification]:
    """Of the occurrence that begins then, by all ways to reach the invitee, who is rarely in front of the mail."""
    until = begins + REMINDERS_LAST
    return [
        _notification(meeting, invitee, Kind.REMINDER, channel, rfc3339(begins), now, until, now, begins)
        for channel in invitee.reachable()
        if channel in channels
    ]


def reminder_moment(meeting: Meeting, occurrence: Occurrence) -> datetime:
    return occurrence.starts_on - timedelta(minutes=meeting.settings.reminder_minutes)


def next_reminded(meeting: Meeting, after: datetime) -> Occurrence | None:
    """The first occurrence whose reminder is due after that moment."""
    if meeting.deleted_on or meeting.schedule is None or not meeting.settings.reminder_minutes:
        return None
    coming = occurrences(meeting.schedule, after)
    return next((one for one in coming if reminder_moment(meeting, one) > after), None)


def is_held(meeting: Meeting, begins: datetime) -> bool:
    """Whether an occurrence begins then."""
    if meeting.deleted_on or meeting.schedule is None:
        return False
    for one in occurrences(meeting.schedule, begins - timedelta(seconds=1)):
        if one.starts_on >= begins:
            return one.starts_on == begins
    return False


def _notification(
    meeting: Meeting,
    invitee: Invitee,
    kind: Kind,
    channel: ChannelName,
    occasion: str,
    due_on: datetime,
    expires_on: datetime,
    now: datetime,
    occurrence: datetime | None = None,
) -> Notification:
    return Notification(
        id=notification_id(kind, invitee.id, invitee.edition, occasion, channel),
        tenant_id=meeting.tenant_id,
        meeting_id=meeting.meeting_id,
        kind=kind,
        channel=channel,
        lane=lane_of(meeting.key, channel),
        invitee=invitee.id,
        edition=invitee.edition,
        calendar_sequence=meeting.calendar_sequence,
        occurrence=occurrence,
        created_on=now,
        expires_on=expires_on,
        due_on=due_on,
    )
