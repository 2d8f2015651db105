"""How people's connections are: the icon of everyone, and one's own connection in numbers."""

import re

import aiohttp
import pytest
from playwright.async_api import Browser

from tests.support.bot import Bot
from tests.support.browser import Person
from tests.support.platform import Platform
from tests.support.waiting import eventually

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(240)]

SOME_RATE = re.compile(r"[1-9][\d.]* [kM]bit/s")


async def test_the_details_fill_with_numbers_that_the_node_measures(browser: Browser, platform: Platform) -> None:
    ann = await Person.join(browser, platform.origin, "Ann")
    ben = await Person.join(browser, platform.origin, "Ben")
    await ann.sees_moving("Ben")
    await ann.control("connection").click()

    async def shows(test_id: str, pattern: re.Pattern[str]) -> None:
        field = ann.page.get_by_test_id(f"connection-{test_id}")

        async def matches() -> bool:
            return any(pattern.search(text) for text in await field.all_text_contents())

        await eventually(matches, f"{test_id} is like {pattern.pattern}")

    await shows("round-trip", re.compile(r"^\d+ ms$"))
    await shows("transport", re.compile("^UDP$"))
    for test_id in ("sending", "receiving", "estimate"):
        await shows(test_id, SOME_RATE)
    await shows("sent", re.compile(r"Camera\d+p · [1-9]"))
    await shows("received", re.compile(r"Ben: camera\d+p · .*[1-9][\d.]* [kM]bit/s"))
    await shows("received", re.compile(r"Ben: microphone[1-9]"))
    await ann.leave()
    await ben.leave()


async def test_a_connection_that_falls_silent_is_shown_as_lost_to_the_others(
    browser: Browser, platform: Platform, http: aiohttp.ClientSession
) -> None:
    ann = await Person.join(browser, platform.origin, "Ann")
    async with Bot(platform.origin, "Bot", http) as bot:
        await bot.enter(await bot.guest_token("demo"))
        await bot.negotiate()
        await ann.tile("Bot").and_(ann.page.locator("[data-quality=good][data-status=connected]")).wait_for()
        await bot.fall_silent()
        await ann.tile("Bot").and_(ann.page.locator("[data-quality=lost]")).wait_for()
    await ann.leave()


async def test_the_node_tells_prometheus_of_the_meeting(
    browser: Browser, platform: Platform, http: aiohttp.ClientSession
) -> None:
    ann = await Person.join(browser, platform.origin, "Ann")
    ben = await Person.join(browser, platform.origin, "Ben")
    await ann.sees_moving("Ben")

    async def metrics() -> dict[str, float]:
        async with http.get(f"{platform.node_origin}/metrics") as response:
            lines = [line for line in (await response.text()).splitlines() if not line.startswith("#")]
        return {name: float(value) for name, value in (line.rsplit(" ", 1) for line in lines)}

    async def has_round_trips() -> bool:
        return (await metrics())["parley_sfu_round_trip_seconds_count"] > 0

    await eventually(has_round_trips, "somebody's reports tell a round trip")
    told = await metrics()
    assert told["parley_sfu_peers"] >= 2
    assert told['parley_sfu_publications{kind="video"}'] >= 2
    assert told['parley_sfu_packets_total{direction="received"}'] > 0
    assert told['parley_sfu_packets_total{direction="sent"}'] > 0
    assert told["parley_sfu_engine_cpu_seconds_total"] > 0
    assert told["parley_sfu_estimated_peers"] >= 2
    assert told["parley_sfu_event_loop_lag_seconds_count"] > 0
    await ann.leave()
    await ben.leave()
