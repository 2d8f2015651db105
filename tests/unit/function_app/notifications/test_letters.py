"""What letters say, in every language; PARLEY_RECORD_GOLDEN=1 records them anew."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from function_app.errors import InvitationInvalidError
from function_app.invitees.content import InviteeContent
from function_app.invitees.documents import Invitee
from function_app.invitees.links import InviteeLinks
from function_app.meetings.content import MeetingContent
from function_app.meetings.documents import Meeting
from function_app.notifications.documents import Kind, Notification, lane_of
from function_app.notifications.letters import Letters
from function_app.notifications.port import ChannelName, Message
from function_app.notifications.rendering import unsubscribe_page
from function_app.stores.documents import MeetingKey

GOLDEN = Path(__file__).parent / "golden"
KEY = MeetingKey("ten_01JD00000000000000000000AA", "weekly")
NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)
BEGINS = datetime(2026, 11, 30, 8, tzinfo=UTC)
SCHEDULE = {
    "timeZone": "Europe/Berlin",
    "startsOn": "2026-11-30T09:00:00",
    "durationMinutes": 30,
    "recurrence": "FREQ=WEEKLY;COUNT=5",
}
LOCALES = ("en", "de", "ar")


def compose(kind: Kind, locale: str, title: str = "Weekly planning", name: str = "Ann", **more: Any) -> Message:
    branding = more.pop("branding", None)
    content = MeetingContent.model_validate({"title": title, "schedule": more.pop("schedule", SCHEDULE)})
    meeting = Meeting.new(KEY, content, NOW)
    invited = InviteeContent.model_validate({"name": name, "email": "ann@example.com", "locale": locale, **more})
    invitee = Invitee.new(KEY, "ann", invited, NOW).model_copy(update={"edition": "01JD00000000000000000000BB"})
    notification = Notification(
        id="notification_1",
        tenant_id=KEY.tenant,
        meeting_id=KEY.meeting,
        kind=kind,
        channel=ChannelName.EMAIL,
        lane=lane_of(KEY, ChannelName.EMAIL),
        invitee=invitee.id,
        edition=invitee.edition,
        calendar_sequence=0,
        occurrence=BEGINS if kind is Kind.REMINDER else None,
        created_on=NOW,
        expires_on=NOW + timedelta(days=1),
        due_on=NOW,
    )
    links = InviteeLinks(b"a secret for the golden letters", "https://meet.example")
    return Letters(links, "parley@meet.example").compose(notification, meeting, invitee, branding)


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("kind", Kind)
def test_letters_are_as_recorded(kind: Kind, locale: str) -> None:
    message = compose(kind, locale)
    texts = {"txt": f"{message.subject}\n\n{message.text}\n{message.short}\n", "html": message.html}
    for suffix, text in texts.items():
        file = GOLDEN / f"{kind}.{locale}.{suffix}"
        if os.environ.get("PARLEY_RECORD_GOLDEN"):
            file.write_text(text)
        assert text == file.read_text()


def test_the_same_notification_is_the_same_letter_each_time() -> None:
    assert compose(Kind.INVITATION, "de") == compose(Kind.INVITATION, "de")


@pytest.mark.parametrize(
    ("locale", "zone", "expected"),
    [
        ("en-US", None, "Monday, November 30, 2026, 9:00"),
        ("en-GB", "Pacific/Auckland", "Monday, 30 November 2026, 21:00"),
        ("de-AT", "America/New_York", "Montag, 30. November 2026, 03:00"),
        ("xx", None, "Monday, November 30, 2026, 9:00"),
    ],
)
def test_times_are_those_of_the_invitees_zone_in_the_manner_of_the_locale(
    locale: str, zone: str | None, expected: str
) -> None:
    assert expected in compose(Kind.INVITATION, locale, timeZone=zone).text


def test_a_meeting_without_a_schedule_has_no_time() -> None:
    assert "No time is set." in compose(Kind.INVITATION, "en", schedule=None).text


def test_nobody_is_asked_to_join_what_is_cancelled() -> None:
    message = compose(Kind.CANCELLATION, "en")
    assert "#invitation=" not in message.text + message.html


HOSTILE = 'a\r\nBcc: eve@example.com\n<script>alert(1)</script>{title}{0}"&\u202egnp.exe'


class Markup(HTMLParser):
    """The elements and attributes of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [tag, *(name for name, _ in attrs)]


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("kind", Kind)
def test_titles_and_names_are_only_ever_text(kind: Kind, locale: str) -> None:
    plain, hostile = compose(kind, locale), compose(kind, locale, HOSTILE, f"Eve {HOSTILE}"[:80])
    assert Markup(hostile.html).found == Markup(plain.html).found
    for line in (hostile.subject, hostile.short):
        assert not set(line) & set("\r\n\u202e")
    assert hostile.text.count("\n") == plain.text.count("\n")
    assert "\u202e" not in hostile.text + hostile.html


@pytest.mark.parametrize("kind", Kind)
def test_letters_and_calendars_go_by_the_name_that_the_tenant_gives_the_service(kind: Kind) -> None:
    ours, branded = compose(kind, "en"), compose(kind, "en", branding="Contoso Meet")
    for letter, other in ((ours, branded), (branded, ours)):
        assert ("Contoso Meet" in letter.text, "Contoso Meet" in letter.html) == (letter is branded,) * 2
        assert (letter.calendar is None) == (other.calendar is None)
    if branded.calendar:
        assert b"CN=Contoso Meet:" in branded.calendar.content.replace(b'"', b"")
    assert "Parley" not in branded.text + branded.html
    hostile = compose(kind, "en", branding=HOSTILE)
    assert Markup(hostile.html).found == Markup(ours.html).found
    assert hostile.text.count("\n") == ours.text.count("\n")


def test_the_page_of_preferences_takes_a_title_as_text() -> None:
    hostile, plain = (unsubscribe_page("ar", title, "a=1", wanted=True) for title in (HOSTILE, "Weekly"))
    assert Markup(hostile).found == Markup(plain).found
    assert 'dir="rtl"' in plain


def test_a_link_that_somebody_has_changed_does_not_hold() -> None:
    links = InviteeLinks(b"a secret for the golden letters", "https://meet.example")
    invitee = Invitee.new(KEY, "ann", InviteeContent(name="Ann", email="ann@example.com"), NOW)
    token = links.into_meeting(invitee).partition("#invitation=")[2]
    assert links.addressee(token).edition == invitee.edition
    unsubscribing = links.out_of_messages(invitee, ChannelName.EMAIL).partition("token=")[2]
    flipped = token[:30] + ("A" if token[30] != "A" else "B") + token[31:]
    for wrong in (flipped, token[:-3], token + "AAAA", "", "A", "é", "a.b", unsubscribing):
        with pytest.raises(InvitationInvalidError):
            links.addressee(wrong)
