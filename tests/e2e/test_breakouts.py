"""A host moves somebody into a breakout room, where the call goes on without a question, and back."""

import aiohttp
import pytest
from playwright.async_api import Browser

from tests.support.browser import Person
from tests.support.platform import Platform
from tests.support.tenant import TenantMeeting

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(240)]


async def move(host: Person, about: str, meeting: str) -> None:
    """Move somebody by the people panel, which is open."""
    person = host.page.get_by_test_id("person").filter(has_text=about)
    await person.get_by_test_id("person-menu").click()
    await host.page.get_by_test_id("move").click()
    await host.page.get_by_test_id("move-meeting").fill(meeting)
    await host.page.get_by_test_id("confirm").click()


async def test_who_is_moved_is_seen_and_heard_in_the_other_meeting_and_comes_back_the_same_way(
    browser: Browser, platform: Platform, http: aiohttp.ClientSession
) -> None:
    plenary = await TenantMeeting.create(platform, http, "plenary", "Plenary")
    room = await TenantMeeting.create(platform, http, "room-1", "Room 1", breakoutOf="plenary", locked=True)
    ann = await Person.follow(browser, "Ann", await plenary.invite("ann", "Ann", "host"))
    await ann.control("leave").wait_for(timeout=30_000)
    cem = await Person.follow(browser, "Cem", await room.invite("cem", "Cem", "host"))
    ben = await Person.follow(browser, "Ben", await plenary.invite("ben", "Ben"))
    await ann.sees_moving("Ben")
    await ben.control("mic").click()
    muted = ben.page.locator("[data-testid=control-mic][aria-pressed=false]")
    await muted.wait_for()

    await ann.control("people").click()
    await move(ann, "Ben", "room-1")
    await cem.sees_moving("Ben")
    await ben.sees_moving("Cem")
    await ben.hears_somebody()
    await ben.reads("You have been moved to")
    await muted.wait_for()
    assert ben.page.url.endswith("/m/room-1")
    await ann.sees_people(0)

    await cem.control("people").click()
    await move(cem, "Ben", "plenary")
    await ann.sees_moving("Ben")
    await ben.sees_moving("Ann")
    for person in (ann, ben, cem):
        await person.leave()
