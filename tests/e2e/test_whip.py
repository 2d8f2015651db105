"""A publisher by WHIP is a participant of the browser meeting."""

import aiohttp
import pytest
from playwright.async_api import Browser

from tests.support.bot import Bot
from tests.support.browser import Person
from tests.support.platform import Platform
from tests.support.waiting import eventually
from tests.support.whip import WhipClient

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(240)]


async def guest(platform: Platform, name: str, http: aiohttp.ClientSession) -> str:
    async with Bot(platform.origin, name, http) as bot:
        return await bot.guest_token("demo")


async def test_a_browser_sees_a_whip_publisher_move_and_go(
    browser: Browser, platform: Platform, http: aiohttp.ClientSession
) -> None:
    ann = await Person.join(browser, platform.origin, "Ann")
    studio = WhipClient(f"{platform.node_origin}/whip/demo", await guest(platform, "Studio", http), http)
    await studio.publish()
    await ann.sees_people(1)
    await ann.sees_moving("Studio")
    assert await studio.leave() == 200
    await ann.sees_people(0)
    await studio.close()
    await ann.leave()


async def test_a_whep_viewer_sees_the_browsers_camera(
    browser: Browser, platform: Platform, http: aiohttp.ClientSession
) -> None:
    ann = await Person.join(browser, platform.origin, "Ann")
    viewer = WhipClient(f"{platform.node_origin}/whep/demo", await guest(platform, "Wall", http), http)
    await viewer.watch()
    await eventually(lambda: viewer.frames.get("video", 0) >= 10, "the viewer decodes ten frames of Ann")
    await eventually(lambda: viewer.frames.get("audio", 0) >= 10, "the viewer hears Ann")
    await viewer.leave()
    await viewer.close()
    await ann.leave()
