"""The demo meeting is open to anyone on this machine; every other meeting needs a join link."""

from datetime import UTC, datetime, timedelta

import aiohttp
import pytest
from playwright.async_api import Browser

from tests.support.accessibility import violations
from tests.support.browser import Person
from tests.support.platform import Platform
from tests.support.tenant import TenantMeeting

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(120)]


async def stand_up(platform: Platform, http: aiohttp.ClientSession) -> TenantMeeting:
    return await TenantMeeting.create(platform, http, "standup", "Stand-up")


async def test_a_join_link_lets_its_person_in_and_leaves_the_address_bar(
    browser: Browser, platform: Platform, http: aiohttp.ClientSession
) -> None:
    meeting = await stand_up(platform, http)
    people = []
    for name, role in (("Ann", "host"), ("Ben", "attendee")):
        person = await Person.follow(browser, name, await meeting.invite(f"{name}@example.com", name, role))
        await person.control("leave").wait_for(timeout=30_000)
        assert "token" not in person.page.url
        people.append(person)
    await people[0].sees_people(1)
    await people[0].sees_moving("Ben")
    assert await people[0].page.get_by_test_id("meeting-title").inner_text() == "Stand-up"
    for person in people:
        await person.leave()


@pytest.mark.parametrize("meeting", ["standup", "no-such-meeting"])
async def test_without_a_link_one_is_told_that_one_is_needed(
    browser: Browser, platform: Platform, http: aiohttp.ClientSession, meeting: str
) -> None:
    await stand_up(platform, http)
    person = await Person.open(browser, platform.origin, "Eve", meeting)
    await person.page.locator("[data-testid=ended][data-reason=needsJoinLink]").wait_for()


async def test_who_comes_too_early_is_told_when_by_the_clock_at_hand_and_gets_in_once_it_is_open(
    browser: Browser, platform: Platform, http: aiohttp.ClientSession
) -> None:
    meeting = await TenantMeeting.create(platform, http, "early", "Early")
    begin = (datetime.now(UTC) + timedelta(minutes=8)).replace(second=0, microsecond=0)
    wall_clock = begin.replace(tzinfo=None).isoformat()
    schedule = {"timeZone": "Etc/UTC", "startsOn": wall_clock, "durationMinutes": 30, "opensMinutesBefore": 0}
    await meeting.change(schedule=schedule)
    ann = await Person.follow(browser, "Ann", await meeting.invite("ann", "Ann"))
    page = ann.page.locator("[data-reason=notOpen]")
    await page.wait_for(timeout=30_000)
    shown = await ann.page.evaluate(
        "moment => new Intl.DateTimeFormat('en', {hour: 'numeric', minute: '2-digit'}).format(new Date(moment))",
        begin.isoformat(),
    )
    assert shown in await page.inner_text()
    assert await violations(ann.page, "html") == []
    await meeting.open()
    await ann.page.get_by_test_id("rejoin").click()
    await ann.control("leave").wait_for(timeout=30_000)
    await ann.leave()
