"""Invitees choose with the link that they were sent whether messages are pushed to the browser at hand."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import httpx
import pytest

from local_azure.mailbox.pushes import GONE_PATH

from .conftest import Notifications
from .test_links import invitation_in
from .test_reminders import LEAD, Calendar

OTHER_PATH = "/push/another-browser"


class Browser:
    """The one that the stand-in's push service delivers to, in the hands of an invitee."""

    def __init__(self, notifications: Notifications, link: str) -> None:
        self._notifications = notifications
        self._invitation = invitation_in(link)
        self.push = notifications.acs.pushes.subscription(notifications.acs_server.origin)

    async def ask(self, action: str, **body: Any) -> httpx.Response:
        body["invitation"] = self._invitation
        return await self._notifications.platform.http.post(f"/invitations:{action}", json=body)

    async def choose(self, push: dict[str, Any] | None) -> dict[str, Any]:
        answer = await self.ask("setPush", push=push)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    async def is_subscribed(self) -> bool:
        return bool((await self.ask("getPush", endpoint=self.push["endpoint"])).json()["subscribed"])


@pytest.fixture
async def calendar(notifications: Notifications) -> Calendar:
    calendar = Calendar(notifications)
    await notifications.put_meeting(schedule=calendar.schedule())
    return calendar


async def test_who_subscribes_is_reminded_by_push_too_until_it_wants_no_more(
    notifications: Notifications, calendar: Calendar
) -> None:
    browser = Browser(notifications, (await notifications.invite())["inviteUrl"])
    asked = (await browser.ask("getPush")).json()
    assert (asked["subscribed"], asked["remindsOn"]) == (False, f"{calendar.begins - LEAD:%Y-%m-%dT%H:%M:%S.%fZ}")
    assert asked["publicKey"] == (await notifications.platform.http.get("/webPushKey")).json()["publicKey"]
    assert (await browser.choose(browser.push))["subscribed"] is True
    assert (await notifications.invitee())["hasPush"] is True
    # A tenant that writes its invitees anew each night takes nothing from the person.
    await notifications.invite(role="host")
    assert await browser.is_subscribed()
    await notifications.settle()
    await calendar.wait_until(calendar.begins - LEAD + timedelta(seconds=5))
    assert calendar.reminders == ["email", "push"]
    assert (await browser.choose(None))["subscribed"] is False
    assert (await notifications.invitee())["hasPush"] is False
    await calendar.wait_until(calendar.begins + timedelta(weeks=1) - LEAD + timedelta(seconds=5))
    assert calendar.reminders == ["email", "email", "push"]


async def test_a_subscription_goes_with_the_person_and_counts_before_the_tenants(
    notifications: Notifications, calendar: Calendar
) -> None:
    theirs = notifications.acs.pushes.subscription(notifications.acs_server.origin, OTHER_PATH)
    browser = Browser(notifications, (await notifications.invite(push=theirs))["inviteUrl"])
    assert not await browser.is_subscribed()
    await browser.choose(browser.push)
    assert await browser.is_subscribed()
    await browser.choose(None)
    assert (await notifications.invitee())["optedOut"] == ["push"]
    await browser.choose(browser.push)
    assert (await notifications.invitee())["optedOut"] == []
    # Under another address it may be another person, and the link is dead.
    changed = await notifications.invite(email="ben@example.com")
    assert changed["hasPush"] is False
    assert (await browser.ask("setPush", push=browser.push)).json()["error"]["code"] == "InvitationInvalid"


async def test_a_browser_that_was_given_up_can_be_subscribed_again(
    notifications: Notifications, calendar: Calendar
) -> None:
    browser = Browser(notifications, (await notifications.invite())["inviteUrl"])
    browser.push = notifications.acs.pushes.subscription(notifications.acs_server.origin, GONE_PATH)
    await browser.choose(browser.push)
    await notifications.settle()
    await calendar.wait_until(calendar.begins - LEAD + timedelta(seconds=5))
    assert [one["channel"] for one in (await notifications.invitee())["bounced"]] == ["push"]
    assert not await browser.is_subscribed()
    await browser.choose(browser.push)
    assert (await notifications.invitee())["bounced"] == []
    assert await browser.is_subscribed()


async def test_nobody_is_told_of_a_reminder_that_does_not_come(notifications: Notifications) -> None:
    await notifications.put_meeting(settings={"reminderMinutes": 0})
    browser = Browser(notifications, (await notifications.invite())["inviteUrl"])
    assert "remindsOn" not in (await browser.ask("getPush")).json()
