"""Whom a tenant invites: by the link in a letter into the call, and reminded by a notification."""

import json
import re
from datetime import UTC, datetime, timedelta

import aiohttp
import pytest
from playwright.async_api import Browser

from tests.support.accessibility import violations
from tests.support.browser import Person
from tests.support.platform import Platform
from tests.support.push import PushService, deliver
from tests.support.tenant import TenantMeeting

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(180)]

PATIENCE = 60_000


def tomorrow() -> dict[str, object]:
    begins = (datetime.now(UTC) + timedelta(days=1)).replace(second=0, microsecond=0, tzinfo=None)
    return {"timeZone": "Etc/UTC", "startsOn": begins.isoformat(), "durationMinutes": 30}


async def test_the_links_in_a_letter_lead_out_of_messages_and_into_the_call(
    browser: Browser, platform: Platform, http: aiohttp.ClientSession
) -> None:
    meeting = await TenantMeeting.create(platform, http, "letters", "Letters")
    await meeting.add_invitee("ann", name="Ann", email="ann@example.com", role="host")
    page = await (await browser.new_context()).new_page()
    await page.goto(platform.mailbox)
    # The list shows by itself what comes.
    await page.get_by_role("link", name="Invitation: Letters").click(timeout=PATIENCE)
    await page.wait_for_url(re.compile(r"/mailbox/"))
    letter = page.url
    await page.get_by_role("link", name=f"{platform.origin}/unsubscribe").click()
    for _ in ("no more", "again"):
        assert await violations(page) == []
        async with page.expect_navigation():
            await page.get_by_role("button").click()
    assert await violations(page) == []
    await page.goto(letter)
    await page.get_by_role("link", name=f"{platform.origin}/m/letters").click()
    await page.get_by_test_id("prejoin-join").click(timeout=PATIENCE)
    ann = Person("Ann", page, page.context)
    await ann.control("leave").wait_for(timeout=PATIENCE)
    assert await page.get_by_test_id("meeting-title").inner_text() == "Letters"
    assert "invitation" not in page.url


async def test_who_comes_early_is_told_by_a_notification_and_follows_it_into_the_call(
    browser: Browser, platform: Platform, http: aiohttp.ClientSession
) -> None:
    async with PushService.running() as service:
        meeting = await TenantMeeting.create(platform, http, "reminded", "Reminded")
        await meeting.change(schedule=tomorrow())
        # Without e-mail, all news comes by push; what the person subscribes counts before what the tenant knows.
        link = await meeting.add_invitee("ann", name="Ann", push=service.subscription("/tenants"))
        ann = await Person.follow(browser, "Ann", link, service.push_manager("/own"))
        await ann.context.grant_permissions(["notifications"], origin=platform.origin)
        reminder = ann.page.get_by_test_id("reminder")
        await ann.page.get_by_test_id("reminder-switch").check(timeout=PATIENCE)
        await ann.page.locator("[data-testid=reminder][data-state=on]").wait_for(timeout=PATIENCE)
        assert "at " in await reminder.inner_text()
        assert await violations(ann.page) == []
        assert await ann.page.evaluate("sessionStorage.getItem('subscribedWith')") == await public_key(platform, http)

        # The one who is told so is told of the meeting anew when it is brought back.
        await meeting.delete()
        await service.first("/own", "Cancelled: Reminded")
        await meeting.restore()
        payload = await service.first("/own", "Invitation: Reminded")
        [shown] = await deliver(ann.page, payload)
        pushed = json.loads(payload)
        assert shown == {name: pushed[name] for name in ("title", "body", "lang", "url")}
        assert re.fullmatch(rf"{re.escape(platform.origin)}/m/reminded#invitation=\S+", shown["url"])

        await meeting.open()
        await ann.page.goto("about:blank")
        await ann.page.goto(shown["url"])
        await ann.page.get_by_test_id("prejoin-join").click(timeout=PATIENCE)
        await ann.control("leave").wait_for(timeout=PATIENCE)
        await ann.leave()


async def public_key(platform: Platform, http: aiohttp.ClientSession) -> str:
    async with http.get(f"{platform.origin}/webPushKey") as response:
        return str((await response.json())["publicKey"])
