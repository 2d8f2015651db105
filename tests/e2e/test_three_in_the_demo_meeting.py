"""What a newcomer does first: open the printed link in three tabs."""

import asyncio

import pytest
from playwright.async_api import Browser

from tests.support.browser import Person
from tests.support.platform import Platform
from tests.support.waiting import eventually

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(240)]


async def three(browser: Browser, platform: Platform) -> tuple[Person, Person, Person]:
    ann, ben, cem = await asyncio.gather(
        *(Person.join(browser, platform.origin, name) for name in ("Ann", "Ben", "Cem"))
    )
    return ann, ben, cem


async def test_three_people_see_and_hear_each_other_and_follow_what_each_does(
    browser: Browser, platform: Platform
) -> None:
    people = ann, ben, cem = await three(browser, platform)
    for person in people:
        await person.sees_people(2)
    for person in people:
        for other in people:
            if other is not person:
                await person.sees_moving(other.name)
        await person.hears_somebody()

    await cem.control("camera").click()
    for other in (ann, ben):
        await other.tile("Cem").and_(other.page.locator("[data-camera=off]")).wait_for()
    await cem.control("camera").click()
    for other in (ann, ben):
        await other.tile("Cem").and_(other.page.locator("[data-camera=on]")).wait_for()
        await other.sees_moving("Cem")

    await cem.control("mic").click()
    for other in (ann, ben):
        await other.tile("Cem").and_(other.page.locator("[data-muted=true]")).wait_for()
    await cem.control("mic").click()
    for other in (ann, ben):
        await other.tile("Cem").and_(other.page.locator("[data-muted=false]")).wait_for()

    await cem.control("screen").click()
    for other in (ann, ben):
        await other.sees_moving("Cem", "screen", frames=3)
    await cem.control("screen").click()
    for other in (ann, ben):
        await other.tile("Cem", "screen").wait_for(state="detached")

    await cem.leave()
    for other in (ann, ben):
        await other.sees_people(1)
    await ann.sees_moving("Ben")


async def test_a_reload_is_one_participant_and_not_two(browser: Browser, platform: Platform) -> None:
    ann = await Person.join(browser, platform.origin, "Ann")
    ben = await Person.join(browser, platform.origin, "Ben")
    await ann.sees_moving("Ben")
    before = await ann.tile("Ben").get_attribute("data-participant")

    await ben.page.reload()
    await ben.control("leave").wait_for(timeout=30_000)
    await ben.sees_people(1)

    await ann.sees_people(1)
    await ann.sees_moving("Ben")
    assert await ann.tile("Ben").get_attribute("data-participant") == before
    await ann.leave()
    await ben.leave()


async def test_a_second_tab_of_the_same_person_takes_over_and_the_first_says_so(
    browser: Browser, platform: Platform
) -> None:
    ann = await Person.join(browser, platform.origin, "Ann")
    ben = await Person.join(browser, platform.origin, "Ben")
    await ann.sees_people(1)
    kept = await ben.page.evaluate("JSON.stringify(sessionStorage)")
    second = await ben.context.new_page()
    await second.add_init_script(
        f"for (const [key, value] of Object.entries({kept})) sessionStorage.setItem(key, value);"
    )
    await second.goto(ben.page.url)
    await second.get_by_test_id("control-leave").wait_for(timeout=30_000)

    await ben.page.locator("[data-testid=ended][data-reason=replaced]").wait_for()
    await ann.sees_people(1)
    await ann.sees_moving("Ben")
    await Person("Ben", second, ben.context).leave()
    await ann.leave()


async def test_a_message_is_shown_to_everyone_and_to_whoever_comes_later(browser: Browser, platform: Platform) -> None:
    ann = await Person.join(browser, platform.origin, "Ann")
    ben = await Person.join(browser, platform.origin, "Ben")
    for person in (ann, ben):
        await person.control("chat").click()
    await ann.page.get_by_test_id("chat-input").fill("Grüße an alle 👋")
    await ann.page.get_by_test_id("chat-send").click()
    for person in (ann, ben):
        await person.page.get_by_test_id("chat-message").filter(has_text="Grüße an alle 👋").wait_for()

    cem = await Person.join(browser, platform.origin, "Cem")
    await cem.control("chat").click()
    late = cem.page.get_by_test_id("chat-message").filter(has_text="Grüße an alle 👋")
    await late.wait_for()

    async def shown_once() -> bool:
        return await late.count() == 1

    await eventually(shown_once, "the message stands there once")
    for person in (ann, ben, cem):
        await person.leave()
