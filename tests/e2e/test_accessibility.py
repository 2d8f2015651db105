"""Every page and panel holds against WCAG 2.2 AA, as far as axe can tell."""

import aiohttp
import pytest
from playwright.async_api import Browser, ViewportSize

from tests.support.accessibility import violations
from tests.support.browser import Person
from tests.support.platform import Platform
from tests.support.tenant import TenantMeeting

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(240)]

PHONE: ViewportSize = {"width": 390, "height": 844}


async def test_axe_finds_nothing_wrong_from_the_landing_page_to_the_end(
    browser: Browser, platform: Platform, http: aiohttp.ClientSession
) -> None:
    found: dict[str, list[str]] = {}

    async def look(name: str, person: Person, within: str = "html") -> None:
        if wrong := await violations(person.page, within):
            found[name] = wrong

    meeting = await TenantMeeting.create(platform, http, "accessible", "Accessible", lobby=True)
    page = await (await browser.new_context()).new_page()
    ann = Person("Ann", page, page.context)
    await page.goto(platform.origin)
    await page.get_by_test_id("landing-code").wait_for()
    await look("landing", ann)
    await page.goto(await meeting.invite("ann", "Ann", "host"))
    await page.get_by_test_id("prejoin-join").wait_for()
    await look("prejoin", ann)
    await page.get_by_test_id("prejoin-join").click()
    await ann.control("leave").wait_for(timeout=30_000)

    ben = await Person.follow(browser, "Ben", await meeting.invite("ben", "Ben"))
    await ann.page.get_by_test_id("hint-admit").click(timeout=30_000)
    await ben.control("leave").wait_for(timeout=30_000)
    await ann.sees_moving("Ben")
    cem = await Person.follow(browser, "Cem", await meeting.invite("cem", "Cem"))
    await ann.page.get_by_test_id("lobby-hint").wait_for(timeout=30_000)
    await look("waiting", cem)
    await look("call", ann)
    for panel in ("chat", "settings", "connection", "people"):
        await ann.control(panel).click()
        await ann.page.get_by_role("complementary").wait_for()
        await look(panel, ann)
    await ann.page.get_by_test_id("person-menu").click()
    await ann.page.get_by_test_id("remove").wait_for()
    await look("menu", ann, "[role=menu]")
    await ann.page.get_by_test_id("remove").click()
    await ann.page.get_by_test_id("confirm").wait_for()
    await look("question", ann)
    await ann.page.keyboard.press("Escape")
    await ann.page.set_viewport_size(PHONE)
    await look("people on a phone", ann)
    await ann.control("people").press("Escape")
    await look("call on a phone", ann)

    await ann.control("leave").click()
    await ann.page.get_by_test_id("leave-end").wait_for()
    await look("leaving", ann)
    await ann.page.get_by_test_id("leave-end").click()
    await ben.is_out("ended")
    await look("end", ben)
    assert not found, "\n".join(f"{name}: {one}" for name, wrong in found.items() for one in wrong)
