"""The demo meeting is open to anyone on this machine; every other meeting needs a join link."""

import aiohttp
import pytest
from playwright.async_api import Browser

from tests.support.browser import Person
from tests.support.platform import Platform

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(120)]


async def join_url(platform: Platform, http: aiohttp.ClientSession, participant: str, name: str) -> str:
    """A meeting of the tenant's own, and a link into it, as the README shows."""
    headers = {"Authorization": f"Bearer {platform.state()['apiKey']}"}
    async with http.put(f"{platform.origin}/meetings/standup", json={"title": "Stand-up"}, headers=headers) as made:
        made.raise_for_status()
    invitation = {"participant": participant, "name": name, "role": "host"}
    async with http.post(f"{platform.origin}/meetings/standup:issueToken", json=invitation, headers=headers) as issued:
        issued.raise_for_status()
        return str((await issued.json())["joinUrl"])


async def test_a_join_link_lets_its_person_in_and_leaves_the_address_bar(
    browser: Browser, platform: Platform, http: aiohttp.ClientSession
) -> None:
    people = []
    for name in ("Ann", "Ben"):
        page = await (await browser.new_context()).new_page()
        await page.goto(await join_url(platform, http, f"{name}@example.com", name))
        await page.get_by_test_id("prejoin-join").click()
        await page.get_by_test_id("control-leave").wait_for(timeout=30_000)
        assert "token" not in page.url
        people.append(Person(name, page, page.context))
    await people[0].sees_people(1)
    await people[0].sees_moving("Ben")
    assert await people[0].page.get_by_test_id("meeting-title").inner_text() == "Stand-up"
    for person in people:
        await person.leave()


@pytest.mark.parametrize("meeting", ["standup", "no-such-meeting"])
async def test_without_a_link_one_is_told_that_one_is_needed(
    browser: Browser, platform: Platform, http: aiohttp.ClientSession, meeting: str
) -> None:
    await join_url(platform, http, "ann@example.com", "Ann")
    person = await Person.open(browser, platform.origin, "Eve", meeting)
    await person.page.locator("[data-testid=ended][data-reason=needsJoinLink]").wait_for()
