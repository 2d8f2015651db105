"""People of the tenant's directory sign in and meet without a join link."""

import pytest
from playwright.async_api import Browser, Page

from tests.support.accessibility import violations
from tests.support.browser import Person
from tests.support.platform import Platform

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(240)]

MEETING = "staff"
PATIENCE = 60_000


async def sign_in(page: Page, name: str) -> None:
    """At the stand-in for Entra ID, and back."""
    await page.get_by_test_id("sign-in").click(timeout=PATIENCE)
    await page.get_by_label("Name", exact=True).fill(name, timeout=PATIENCE)
    await page.get_by_role("button", name="Sign in").click()
    await page.get_by_test_id("signed-in").wait_for(timeout=PATIENCE)


async def test_two_people_sign_in_meet_and_one_signs_out(browser: Browser, platform: Platform) -> None:
    people = []
    for name in ("Ann", "Ben"):
        page = await (await browser.new_context()).new_page()
        await page.goto(f"{platform.origin}/m/{MEETING}")
        await sign_in(page, name)
        assert page.url == f"{platform.origin}/m/{MEETING}"
        assert await page.get_by_test_id("prejoin-name").input_value() == name
        assert not await page.get_by_test_id("prejoin-name").is_editable()
        assert await violations(page) == []
        await page.get_by_test_id("prejoin-join").click()
        await page.get_by_test_id("control-leave").wait_for(timeout=PATIENCE)
        people.append(Person(name, page, page.context))
    ann, ben = people
    await ben.sees_people(1)
    await ben.tile("Ann").wait_for(timeout=PATIENCE)
    for person in people:
        await person.leave()
    await ann.page.goto(f"{platform.origin}/m/{MEETING}")
    await ann.page.get_by_test_id("sign-out").click(timeout=PATIENCE)
    await ann.page.get_by_test_id("landing-code").wait_for(timeout=PATIENCE)


async def test_who_needs_a_link_may_sign_in_instead(browser: Browser, platform: Platform) -> None:
    person = await Person.open(browser, platform.origin, "Ann", MEETING)
    ended = person.page.locator("[data-testid=ended][data-reason=needsJoinLink]")
    await ended.wait_for(timeout=PATIENCE)
    assert await violations(person.page) == []
    await ended.get_by_test_id("sign-in").click(timeout=PATIENCE)
    await person.page.get_by_label("Name", exact=True).fill("Ann", timeout=PATIENCE)
    await person.page.get_by_role("button", name="Sign in").click()
    # The address asked to join at once, and does so again.
    await person.page.get_by_test_id("control-leave").wait_for(timeout=PATIENCE)
    await person.leave()


async def test_who_comes_back_without_an_answer_is_told_that_it_did_not_work(
    browser: Browser, platform: Platform
) -> None:
    page = await (await browser.new_context()).new_page()
    await page.goto(f"{platform.origin}/signed-in?error=access_denied&state=unknown")
    failed = page.get_by_test_id("sign-in-failed")
    await failed.wait_for(timeout=PATIENCE)
    assert await violations(page) == []
    await failed.get_by_role("link").click()
    await page.get_by_test_id("landing-code").wait_for(timeout=PATIENCE)
