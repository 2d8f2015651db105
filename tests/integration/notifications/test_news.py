"""Invitees are told what they have not been told yet, once, and by the way that reaches them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from icalendar import Calendar

from function_app.meetings.documents import Meeting
from function_app.notifications.documents import TRIED_FOR
from function_app.stores.documents import MeetingKey
from function_app.stores.meetings import MeetingStore
from local_azure.mailbox.emails import NOBODY
from local_azure.mailbox.messages import SentMessage
from tests.contract.function_app.support import Platform

from .conftest import WEEKLY, Notifications


def schedule_in(platform: Platform, days: float, **more: object) -> dict[str, object]:
    """A schedule that begins so many days from now, on the hour."""
    begins = (platform.clock() + timedelta(days=days)).replace(minute=0, second=0)
    return {**WEEKLY, "startsOn": f"{begins:%Y-%m-%dT%H:%M:%S}", **more}


def calendar_of(message: SentMessage) -> Calendar:
    [attachment] = message.attachments
    return Calendar.from_ical(attachment.content)


async def test_an_invitation_an_update_and_a_cancellation_are_one_event_in_a_calendar(
    notifications: Notifications,
) -> None:
    first, second = (schedule_in(notifications.platform, days) for days in (2, 3))
    await notifications.put_meeting(schedule=first)
    await notifications.invite()
    await notifications.settle()
    await notifications.put_meeting(schedule=second)
    await notifications.settle()
    await notifications.platform.call("DELETE", "/meetings/weekly")
    await notifications.settle()
    assert notifications.subjects == ["Invitation: Weekly", "Changed: Weekly", "Cancelled: Weekly"]
    calendars = [calendar_of(message) for message in notifications.sent]
    assert [str(calendar["METHOD"]) for calendar in calendars] == ["REQUEST", "REQUEST", "CANCEL"]
    events: list[Any] = [calendar.walk("VEVENT")[0] for calendar in calendars]
    assert len({str(event["UID"]) for event in events}) == 1
    assert [event["SEQUENCE"] for event in events] == [0, 1, 2]
    assert [event["DTSTART"].dt.replace(tzinfo=None) for event in events[:2]] == [
        datetime.fromisoformat(str(one["startsOn"])) for one in (first, second)
    ]
    assert {str(event["ATTENDEE"]) for event in events} == {"mailto:ann@example.com"}
    assert all(calendar.walk("VTIMEZONE") for calendar in calendars)


async def test_the_same_news_however_often_it_comes_is_sent_once(notifications: Notifications) -> None:
    await notifications.put_meeting()
    await notifications.invite()
    for _ in range(3):
        await notifications.settle()
    await notifications.platform.call("POST", "/meetings/weekly:lock")
    await notifications.settle()
    assert notifications.subjects == ["Invitation: Weekly"]
    assert await notifications.states() == ["sent"]


async def test_changes_within_half_a_minute_are_told_as_one(notifications: Notifications) -> None:
    await notifications.put_meeting()
    await notifications.invite()
    await notifications.settle()
    for title in ("Monthly", "Yearly"):
        await notifications.put_meeting(title)
        await notifications.feed()
    await notifications.settle()
    assert notifications.subjects == ["Invitation: Weekly", "Changed: Yearly"]
    assert await notifications.states() == ["dropped", "sent", "sent"]


async def test_news_goes_by_the_first_way_that_there_is(notifications: Notifications) -> None:
    subscription = notifications.acs.pushes.subscription(notifications.acs_server.origin)
    await notifications.put_meeting()
    await notifications.invite("ann", phone="+4915112345678", push=subscription)
    await notifications.invite("ben", email=None, phone="+4915187654321", push=subscription)
    await notifications.invite("cem", email=None, push=subscription)
    await notifications.settle()
    assert sorted((one.kind, one.to) for one in notifications.sent) == [
        ("email", "ann@example.com"),
        ("push", "browser"),
        ("sms", "+4915187654321"),
    ]


async def test_who_is_invited_no_more_is_told_so_and_who_comes_back_is_invited_anew(
    notifications: Notifications,
) -> None:
    await notifications.put_meeting()
    await notifications.invite()
    await notifications.settle()
    await notifications.remove()
    await notifications.settle()
    await notifications.invite()
    await notifications.settle()
    assert notifications.subjects == ["Invitation: Weekly", "Cancelled: Weekly", "Invitation: Weekly"]


@pytest.mark.parametrize("path", ["/meetings/weekly/invitees/ann", "/meetings/weekly"])
async def test_who_was_never_told_is_not_told_of_a_cancellation(notifications: Notifications, path: str) -> None:
    await notifications.put_meeting()
    await notifications.invite()
    await notifications.acs_server.stop()
    await notifications.settle()
    [waiting] = await notifications.notifications()
    assert (waiting["kind"], waiting["state"]) == ("invitation", "waiting")
    assert (await notifications.platform.call("DELETE", path)).status_code == 204
    await notifications.acs_server.start()
    await notifications.settle()
    await notifications.tick(after_seconds=3600)
    await notifications.until_nothing_is_due()
    assert await notifications.states() == ["dropped"]
    assert notifications.sent == []


async def test_an_invitation_that_is_taken_back_before_anybody_sends_it_is_followed_by_nothing(
    notifications: Notifications, monkeypatch: pytest.MonkeyPatch
) -> None:
    await notifications.put_meeting()
    await notifications.invite()
    with monkeypatch.context() as busy:
        busy.setattr("function_app.lanes.Lanes.offer", lambda *_: None)
        await notifications.feed()
    await notifications.remove()
    await notifications.feed()
    await notifications.until_nothing_is_due()
    assert await notifications.states() == ["dropped"]
    assert notifications.sent == []


async def test_who_was_never_told_is_invited_to_what_has_become_of_the_meeting(notifications: Notifications) -> None:
    await notifications.put_meeting()
    await notifications.invite()
    await notifications.acs_server.stop()
    await notifications.settle()
    await notifications.acs_server.start()
    await notifications.put_meeting("Monthly")
    await notifications.settle()
    await notifications.remove()
    await notifications.settle()
    assert notifications.subjects == ["Invitation: Monthly", "Cancelled: Monthly"]


async def test_a_meeting_that_is_brought_back_is_in_calendars_again(notifications: Notifications) -> None:
    await notifications.put_meeting(schedule=schedule_in(notifications.platform, 2))
    await notifications.invite()
    await notifications.settle()
    await notifications.platform.call("DELETE", "/meetings/weekly")
    await notifications.settle()
    assert (await notifications.platform.call("POST", "/meetings/weekly:restore")).status_code == 200
    await notifications.settle()
    assert notifications.subjects == ["Invitation: Weekly", "Cancelled: Weekly", "Invitation: Weekly"]
    events: list[Any] = [calendar_of(message).walk("VEVENT")[0] for message in notifications.sent]
    assert [event["SEQUENCE"] for event in events] == [0, 1, 2]


async def test_nobody_hears_of_a_meeting_that_is_over(notifications: Notifications) -> None:
    await notifications.put_meeting(schedule=schedule_in(notifications.platform, 0.5, recurrence=None))
    await notifications.invite()
    await notifications.settle()
    notifications.platform.clock.advance(24 * 3600)
    await notifications.platform.call("DELETE", "/meetings/weekly")
    await notifications.settle()
    assert "Cancelled: Weekly" not in notifications.subjects


async def test_an_address_that_nobody_has_is_written_down_and_left_alone(notifications: Notifications) -> None:
    await notifications.put_meeting()
    await notifications.invite(email=f"ann@{NOBODY}")
    await notifications.settle()
    [bounce] = (await notifications.invitee())["bounced"]
    assert (bounce["channel"], bounce["reason"]) == ("email", "EmailDroppedAllRecipientsSuppressed")
    assert [one["kind"] for one in await notifications.platform.documents("event", "weekly")][-1] == (
        "invitee.unreachable"
    )
    await notifications.put_meeting("Monthly")
    await notifications.settle()
    assert await notifications.states() == ["refused"]
    # A new address begins afresh.
    assert (await notifications.invite(email="ann@example.com"))["bounced"] == []
    await notifications.settle()
    assert notifications.subjects == ["Invitation: Monthly"]


async def test_what_fails_is_tried_again_until_a_day_is_over(notifications: Notifications) -> None:
    await notifications.put_meeting()
    await notifications.invite("ann")
    await notifications.acs_server.stop()
    await notifications.settle()
    [waiting] = await notifications.notifications()
    assert waiting["state"] == "waiting"
    assert waiting["failures"] >= 1
    await notifications.acs_server.start()
    await notifications.tick(after_seconds=3600)
    await notifications.until_nothing_is_due()
    assert notifications.subjects == ["Invitation: Weekly"]
    await notifications.acs_server.stop()
    await notifications.invite("ben")
    await notifications.feed()
    await notifications.until_nothing_runs()
    for _ in range(2):
        await notifications.tick(after_seconds=TRIED_FOR.total_seconds())
        await notifications.until_nothing_is_due()
    assert await notifications.states() == ["failed", "sent"]


async def test_a_change_that_the_replica_does_not_show_yet_is_waited_for(
    notifications: Notifications, monkeypatch: pytest.MonkeyPatch
) -> None:
    await notifications.put_meeting()
    await notifications.invite()
    await notifications.settle()
    key = MeetingKey(notifications.platform.tenant, "weekly")
    found = [await MeetingStore(notifications.platform.store.container("meetings")).find(key)]
    await notifications.put_meeting("Monthly")
    find = MeetingStore.find

    async def lagging(store: MeetingStore, key: MeetingKey) -> Meeting | None:
        return found.pop() if found else await find(store, key)

    monkeypatch.setattr(MeetingStore, "find", lagging)
    await notifications.feed()
    await notifications.tick(after_seconds=31)
    await notifications.until_nothing_is_due()
    assert notifications.subjects == ["Invitation: Weekly", "Changed: Monthly"]


async def test_a_letter_that_cannot_be_written_is_given_up_when_a_day_is_over(notifications: Notifications) -> None:
    await notifications.put_meeting(schedule=schedule_in(notifications.platform, days=7))
    await notifications.invite("ann")
    [invitee] = await notifications.platform.documents("invitee", "weekly")
    await notifications.platform.store.container("meetings").upsert({**invitee, "timeZone": "Nowhere/Else"})
    await notifications.settle()
    [waiting] = await notifications.notifications()
    assert (waiting["state"], waiting["reason"]) == ("waiting", "notComposed")
    await notifications.tick(after_seconds=TRIED_FOR.total_seconds())
    await notifications.until_nothing_is_due()
    assert await notifications.states() == ["failed"]
    assert notifications.sent == []


async def test_letters_go_by_the_name_that_the_tenant_gives_the_service(notifications: Notifications) -> None:
    answer = await notifications.platform.call("PATCH", "/tenants/me", json={"brandingName": "Contoso Meet"})
    assert answer.status_code == 200, answer.text
    await notifications.put_meeting(schedule=schedule_in(notifications.platform, 2))
    await notifications.invite()
    await notifications.settle()
    [message] = notifications.sent
    assert "Contoso Meet" in message.text
    [event] = calendar_of(message).walk("VEVENT")
    assert event["ORGANIZER"].params["CN"] == "Contoso Meet"
