"""Those who run a meeting let people in, mute, remove, give roles, lock and end; everybody sees what was decided."""

import aiohttp
import pytest
from playwright.async_api import Browser

from tests.support.browser import Person
from tests.support.platform import Platform
from tests.support.tenant import TenantMeeting

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(240)]


async def wait_in_lobby(person: Person, *, host_is_there: bool) -> None:
    there = str(host_is_there).lower()
    await person.page.locator(f"[data-testid=waiting][data-host={there}]").wait_for(timeout=30_000)


async def choose(host: Person, about: str, item: str) -> None:
    """Choose from the menu about somebody in the people panel, which is open."""
    person = host.page.get_by_test_id("person").filter(has_text=about)
    await person.get_by_test_id("person-menu").click()
    await host.page.get_by_test_id(item).click()


async def has_microphone(person: Person, *, on: bool) -> None:
    await person.page.locator(f"[data-testid=control-mic][aria-pressed={str(on).lower()}]").wait_for()


async def test_a_host_lets_in_from_the_lobby_or_declines_and_may_think_better_of_it(
    browser: Browser, platform: Platform, http: aiohttp.ClientSession
) -> None:
    meeting = await TenantMeeting.create(platform, http, "with-lobby", "Interviews", lobby=True)
    ben = await Person.follow(browser, "Ben", await meeting.invite("ben", "Ben"))
    await wait_in_lobby(ben, host_is_there=False)
    ann = await Person.follow(browser, "Ann", await meeting.invite("ann", "Ann", "host"))

    await wait_in_lobby(ben, host_is_there=True)
    await ann.reads("is waiting to join")
    await ann.page.get_by_test_id("hint-admit").click()
    await ben.control("leave").wait_for(timeout=30_000)
    await ann.sees_moving("Ben")
    await ann.page.get_by_test_id("lobby-hint").wait_for(state="detached")

    cem = await Person.follow(browser, "Cem", await meeting.invite("cem", "Cem"))
    await wait_in_lobby(cem, host_is_there=True)
    await ann.page.get_by_test_id("hint-view").click()
    await ann.page.get_by_test_id("lobby-deny").click()
    await cem.is_out("denied")
    await ann.page.get_by_test_id("undo").click()
    await ann.page.get_by_test_id("undo-bar").wait_for(state="detached")
    await cem.page.get_by_test_id("rejoin").click()
    await cem.control("leave").wait_for(timeout=30_000)
    await ann.sees_people(2)
    for person in (cem, ben, ann):
        await person.leave()


async def test_those_who_moderate_mute_give_roles_lock_remove_and_end(
    browser: Browser, platform: Platform, http: aiohttp.ClientSession
) -> None:
    meeting = await TenantMeeting.create(platform, http, "moderated", "All hands")
    ann = await Person.follow(browser, "Ann", await meeting.invite("ann", "Ann", "host"))
    await ann.control("leave").wait_for(timeout=30_000)
    ben, cem = [await Person.follow(browser, name, await meeting.invite(name.lower(), name)) for name in ("Ben", "Cem")]
    await ann.sees_people(2)
    await ann.control("people").click()

    await choose(ann, "Ben", "mute-microphone")
    await has_microphone(ben, on=False)
    await ben.reads("The host has muted you")
    await has_microphone(cem, on=True)
    await ben.control("mic").click()
    await ann.tile("Ben").and_(ann.page.locator("[data-muted=false]")).wait_for()
    await ann.page.get_by_test_id("host-mute-all").click()
    await ann.page.get_by_test_id("confirm").click()
    for person in (ben, cem):
        await has_microphone(person, on=False)
    await has_microphone(ann, on=True)

    await ben.control("people").click()
    assert await ben.page.get_by_test_id("host-lock").count() == 0
    await choose(ann, "Ben", "role-coHost")
    await ben.reads("The host has made you a co-host")
    await ben.page.get_by_test_id("host-lock").click()
    for person in (ann, ben, cem):
        await person.page.get_by_test_id("locked").wait_for()
    dan = await Person.follow(browser, "Dan", await meeting.invite("dan", "Dan"))
    await dan.is_out("locked")

    await choose(ben, "Cem", "remove")
    await ben.page.get_by_test_id("remove-ban").click()
    await ben.page.get_by_test_id("confirm").click()
    await cem.is_out("banned")
    await ann.sees_people(1)
    assert await cem.page.get_by_test_id("rejoin").count() == 0
    again = await Person.follow(browser, "Cem", await meeting.invite("cem", "Cem"))
    await again.is_out("banned")

    await ann.control("leave").click()
    await ann.page.get_by_test_id("leave-end").click()
    for person in (ann, ben):
        await person.is_out("ended")
