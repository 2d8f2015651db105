"""Other ways in: a bot on aiortc, TCP only, a node that dies."""

import asyncio
import os
import signal

import aiohttp
import pytest
from playwright.async_api import Browser

from tests.chaos.people import SyntheticPerson, make_meeting
from tests.support.bot import Bot
from tests.support.browser import Person
from tests.support.platform import Platform
from tests.support.waiting import eventually

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(240)]

TCP_ONLY = """{
    const setRemoteDescription = RTCPeerConnection.prototype.setRemoteDescription;
    RTCPeerConnection.prototype.setRemoteDescription = function (description) {
        const sdp = description.sdp.replace(/a=candidate:\\S+ \\d+ udp .*\\r\\n/gi, '');
        return setRemoteDescription.call(this, { type: description.type, sdp });
    };
}"""

SELECTED_PROTOCOL = """async () => {
    const reports = await window.__parley.pc.getStats();
    for (const pair of reports.values())
        if (pair.type === 'candidate-pair' && pair.nominated && pair.state === 'succeeded')
            return reports.get(pair.remoteCandidateId).protocol;
}"""


async def test_a_browser_and_an_aiortc_bot_meet(
    browser: Browser, platform: Platform, http: aiohttp.ClientSession
) -> None:
    ann = await Person.join(browser, platform.origin, "Ann")
    async with Bot(platform.origin, "Bot", http) as bot:
        await bot.enter(await bot.guest_token("demo"))
        joined = await bot.negotiate()
        await ann.sees_people(1)
        await ann.sees_moving("Bot")

        def anns_camera() -> str | None:
            for person in bot.roster().values():
                for publication in person["publications"]:
                    if person["name"] == "Ann" and publication["source"] == "camera":
                        return str(publication["publication"])
            return None

        slot = next(one["mid"] for one in joined["slots"] if one["kind"] == "video")
        bot.show(slot, await eventually(anns_camera, "the bot's roster names Ann's camera"))
        await eventually(lambda: bot.frames.get(slot, 0) >= 10, "the bot decodes ten frames of Ann")
        await bot.send({"type": "leave", "peer": bot.admission["peer"]})
        await ann.sees_people(0)
    await ann.leave()


async def test_media_flows_over_tcp_where_udp_is_blocked(browser: Browser, platform: Platform) -> None:
    ann = await Person.join(browser, platform.origin, "Ann", script=TCP_ONLY)
    ben = await Person.join(browser, platform.origin, "Ben")
    await ann.sees_moving("Ben")
    await ben.sees_moving("Ann")
    assert await ann.page.evaluate(SELECTED_PROTOCOL) == "tcp"
    assert await ben.page.evaluate(SELECTED_PROTOCOL) == "udp"
    await ann.leave()
    await ben.leave()


async def test_when_the_node_dies_everyone_is_moved_to_its_successor(browser: Browser, platform: Platform) -> None:
    ann = await Person.join(browser, platform.origin, "Ann")
    ben = await Person.join(browser, platform.origin, "Ben")
    await ann.sees_moving("Ben")
    before = await ann.tile("Ben").get_attribute("data-participant")

    os.kill(platform.state()["pids"]["sfu"], signal.SIGKILL)

    banners = [person.page.get_by_test_id("reconnecting") for person in (ann, ben)]
    await asyncio.gather(*(banner.wait_for(timeout=30_000) for banner in banners))
    for banner in banners:
        await banner.wait_for(state="detached", timeout=60_000)
    await ann.sees_moving("Ben")
    await ben.sees_moving("Ann")
    await ann.sees_people(1)
    assert await ann.tile("Ben").get_attribute("data-participant") == before
    await ann.leave()
    await ben.leave()


async def test_synthetic_people_see_one_another_and_meet_again_after_their_node_died(
    platform: Platform, http: aiohttp.ClientSession
) -> None:
    key = platform.state()["apiKey"]
    await make_meeting(platform.origin, key, http, "synthetic")
    people = [SyntheticPerson(platform.origin, key, http, "synthetic", name) for name in ("Eve", "Finn")]
    staying = [asyncio.create_task(person.stay()) for person in people]
    try:
        await eventually(lambda: all(person.sees_somebody for person in people), "both see the other", 60)
        os.kill(platform.state()["pids"]["sfu"], signal.SIGKILL)
        await eventually(lambda: all(person.joins > 1 for person in people), "both have joined again", 90)
        await eventually(lambda: all(person.sees_somebody for person in people), "both see the other again", 60)
    finally:
        for task in staying:
            task.cancel()
        await asyncio.gather(*staying, return_exceptions=True)
