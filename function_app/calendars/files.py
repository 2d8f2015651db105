"""iCalendar files: one event for the series, and one for each occurrence that was moved.

Import this only where a file is made: `icalendar` takes longer to load than the Functions app may.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event, vCalAddress, vRecur, vText
from ulid import ULID

from function_app.calendars.time_zones import time_zone
from function_app.meetings.documents import Meeting
from function_app.schedules.content import Schedule
from function_app.timestamps import rfc3339

PRODUCT = "-//Parley//Parley//EN"
CONTENT_TYPE = "text/calendar"


class Method(StrEnum):
    """What the file asks of the calendar that gets it (RFC 5546, section 3.2)."""

    PUBLISH = "PUBLISH"
    """Shows the meeting; nobody is asked to come."""
    REQUEST = "REQUEST"
    """Invites, or tells what has changed."""
    CANCEL = "CANCEL"


@dataclass(frozen=True)
class Person:
    """Somebody with an e-mail address."""

    email: str
    name: str


def calendar_file(
    meeting: Meeting,
    method: Method,
    *,
    stamp: datetime,
    join_url: str,
    organizer: Person,
    attendees: Sequence[Person] = (),
) -> bytes:
    """The file, in UTF-8 with lines folded. `stamp` is when it was made.

    UID stays the same for as long as the meeting exists, and SEQUENCE is the meeting's `calendar_sequence`. Raises
    ValueError for a meeting without a schedule.
    """
    if meeting.schedule is None:
        raise ValueError("a meeting without a schedule is in no calendar")
    calendar = Calendar()
    calendar.add("PRODID", PRODUCT)
    calendar.add("VERSION", "2.0")
    calendar.add("METHOD", method)
    calendar.add_component(time_zone(meeting.schedule))
    events = _Events(meeting, meeting.schedule, method, stamp, join_url, organizer, attendees)
    calendar.add_component(events.series())
    for exception in meeting.schedule.exceptions:
        if exception.moved_to:
            minutes = exception.duration_minutes or meeting.schedule.duration_minutes
            calendar.add_component(events.moved(exception.occurrence, exception.moved_to, minutes))
    return bytes(calendar.to_ical())


def uid_of(meeting: Meeting, join_url: str) -> str:
    """The meeting's name among all events of all calendars. One made anew under an id that was used has its own."""
    digest = hashlib.sha256("\0".join((*meeting.key, rfc3339(meeting.created_on))).encode()).digest()
    return f"{ULID.from_bytes(digest[:16])}@{urlsplit(join_url).hostname}"


@dataclass(frozen=True)
class _Events:
    """The events of one file."""

    meeting: Meeting
    schedule: Schedule
    method: Method
    stamp: datetime
    join_url: str
    organizer: Person
    attendees: Sequence[Person]

    def series(self) -> Event:
        event = self._event(self.schedule.starts_on, self.schedule.duration_minutes)
        if self.schedule.recurrence:
            event.add("RRULE", vRecur.from_ical(self.schedule.recurrence))
        cancelled = [self._at(one.occurrence) for one in self.schedule.exceptions if one.moved_to is None]
        if cancelled:
            event.add("EXDATE", cancelled)
        return event

    def moved(self, occurrence: datetime, to: datetime, minutes: int) -> Event:
        event = self._event(to, minutes)
        event.add("RECURRENCE-ID", self._at(occurrence))
        return event

    def _event(self, starts_on: datetime, minutes: int) -> Event:
        event = Event()
        event.add("UID", uid_of(self.meeting, self.join_url))
        event.add("SEQUENCE", self.meeting.calendar_sequence)
        event.add("DTSTAMP", self.stamp)
        event.add("CREATED", self.meeting.created_on)
        event.add("LAST-MODIFIED", self.meeting.updated_on)
        event.add("DTSTART", self._at(starts_on))
        event.add("DTEND", (self._at(starts_on).astimezone(UTC) + timedelta(minutes=minutes)).astimezone(self._zone))
        event.add("SUMMARY", self.meeting.title)
        event.add("LOCATION", self.join_url)
        event.add("URL", self.join_url)
        if self.method is not Method.CANCEL:
            event.add("STATUS", "CONFIRMED")
        elif self.meeting.deleted_on:  # Whoever is uninvited is not told that (RFC 5546, section 3.2.5).
            event.add("STATUS", "CANCELLED")
        event.add("ORGANIZER", _address(self.organizer))
        for person in self.attendees:
            event.add("ATTENDEE", _invited(person))
        return event

    def _at(self, local: datetime) -> datetime:
        return local.replace(tzinfo=self._zone)

    @property
    def _zone(self) -> ZoneInfo:
        return ZoneInfo(self.schedule.time_zone)


def _address(person: Person) -> vCalAddress:
    address = vCalAddress(f"mailto:{person.email}")
    address.params["CN"] = vText(person.name)
    return address


def _invited(person: Person) -> vCalAddress:
    address = _address(person)
    # Nobody reads answers.
    address.params.update({"ROLE": "REQ-PARTICIPANT", "PARTSTAT": "NEEDS-ACTION", "RSVP": "FALSE"})
    return address
