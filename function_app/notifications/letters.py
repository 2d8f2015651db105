"""Composes messages: what a notification says to its invitee, in the invitee's language and time zone.

The same notification of the same meeting is the same text each time, so that services take a repeat for one.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Literal, NamedTuple

from function_app.invitees.documents import Invitee
from function_app.invitees.links import InviteeLinks
from function_app.meetings.documents import Meeting
from function_app.notifications.documents import Kind, Notification
from function_app.notifications.languages import language_of, texts_of
from function_app.notifications.languages.texts import KindTexts, Texts
from function_app.notifications.moments import span_text
from function_app.notifications.port import Calendar, Message
from function_app.notifications.rendering import one_line, rendered
from function_app.schedules.occurrences import Occurrence, occurrences

PRODUCT = "Parley"
_FALLBACK_ZONE = "UTC"


class _Saying(NamedTuple):
    """What a letter shows."""

    texts: Texts
    kind: KindTexts
    service: str
    """By whose name the platform goes for these people."""
    language: str
    title: str
    name: str
    when: str | None
    repeats: bool
    link: str | None
    """Absent where there is nothing to join."""
    unsubscribe: str


class Letters:
    """`organizer` is the address that calendars show; absent where no e-mail is sent."""

    def __init__(self, links: InviteeLinks, organizer: str | None) -> None:
        self._links = links
        self._organizer = organizer

    def compose(
        self, notification: Notification, meeting: Meeting, invitee: Invitee, branding: str | None = None
    ) -> Message:
        """`branding` is what the tenant calls the service; None for our own name."""
        link = self._links.into_meeting(invitee)
        texts = texts_of(invitee.locale)
        occurrence = _occurrence(notification, meeting)
        zone = invitee.time_zone or (meeting.schedule.time_zone if meeting.schedule else _FALLBACK_ZONE)
        says = _Saying(
            texts=texts,
            kind=texts.kinds[notification.kind],
            service=one_line(branding or "") or PRODUCT,
            language=language_of(invitee.locale),
            title=one_line(meeting.title),
            name=one_line(invitee.name),
            when=span_text(occurrence, invitee.locale, zone, texts) if occurrence else None,
            repeats=bool(meeting.schedule and meeting.schedule.recurrence) and notification.kind is not Kind.REMINDER,
            link=None if notification.kind is Kind.CANCELLATION else link,
            unsubscribe=self._links.out_of_messages(invitee, notification.channel),
        )
        return Message(
            to=invitee.recipient,
            subject=says.kind.subject.format(title=says.title),
            text=rendered("letter.txt.j2", says._asdict()),
            html=rendered("letter.html.j2", says._asdict()),
            short=_short(says),
            link=link,
            unsubscribe=says.unsubscribe,
            language=says.language,
            lasts=max(notification.expires_on - notification.created_on, timedelta()),
            calendar=self._calendar(notification, meeting, invitee, link, says.service),
        )

    def _calendar(
        self, notification: Notification, meeting: Meeting, invitee: Invitee, link: str, service: str
    ) -> Calendar | None:
        """What calendars have to hear of; `link` is the invitee's own."""
        if not (invitee.email and self._organizer and meeting.schedule) or notification.kind is Kind.REMINDER:
            return None
        # Imported where a file is made: it takes long to load.
        from function_app.calendars.files import Method, Person, calendar_file

        method: Literal["CANCEL", "REQUEST"] = "CANCEL" if notification.kind is Kind.CANCELLATION else "REQUEST"
        content = calendar_file(
            meeting,
            Method(method),
            stamp=notification.created_on,
            join_url=link,
            organizer=Person(self._organizer, service),
            attendees=(Person(invitee.email, one_line(invitee.name)),),
        )
        return Calendar(method, content)


def _short(says: _Saying) -> str:
    if says.when is None:
        return says.kind.short_without_time.format(title=says.title)
    return says.kind.short.format(title=says.title, when=says.when)


def _occurrence(notification: Notification, meeting: Meeting) -> Occurrence | None:
    """Which time is told: the one of which is reminded, or the next."""
    if meeting.schedule is None:
        return None
    since = notification.occurrence or notification.created_on
    return next(occurrences(meeting.schedule, since), None)
