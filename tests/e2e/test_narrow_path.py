"""A viewer's path grows narrow, and wide again."""

from typing import Any

import pytest
from playwright.async_api import Browser

from tests.support.browser import Person
from tests.support.platform import Platform
from tests.support.relay import Relay
from tests.support.waiting import eventually

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(240)]

RECEIVED = """async () => {
    const seen = { height: 0, frames: 0, frozen: 0, heard: 0 };
    for (const report of (await window.__parley.pc.getStats()).values()) {
        if (report.type !== 'inbound-rtp') continue;
        if (report.kind === 'audio') seen.heard += report.packetsReceived;
        if (report.kind === 'video' && report.framesDecoded)
            Object.assign(seen, {
                height: report.frameHeight, frames: report.framesDecoded, frozen: report.totalFreezesDuration,
            });
    }
    return seen;
}"""
NARROW = 250_000
"""Bits per second: between the lower layer of a camera of 360 lines (150,000) and the higher one (500,000)."""
MAX_FREEZE_SECONDS = 1.0


async def received(viewer: Person) -> dict[str, Any]:
    return dict(await viewer.page.evaluate(RECEIVED))


async def comes_to(viewer: Person, height: int, within: float) -> None:
    async def has_come() -> bool:
        return bool((await received(viewer))["height"] == height)

    await eventually(has_come, f"{viewer.name} is sent {height} lines", within)


async def test_a_narrow_path_gets_a_smaller_picture_without_a_freeze_and_a_wide_one_the_large_again(
    browser: Browser, platform: Platform
) -> None:
    async with Relay(("127.0.0.1", platform.state()["ports"]["media"])) as relay:
        viewer = await Person.join(browser, platform.origin, "Ann", script=relay.script)
        publisher = await Person.join(browser, platform.origin, "Ben")
        await viewer.sees_moving("Ben")
        await comes_to(viewer, 360, within=30)
        before = await received(viewer)

        relay.bits_per_second = NARROW
        await comes_to(viewer, 180, within=30)
        narrow = await received(viewer)

        async def goes_on() -> bool:
            now = await received(viewer)
            return bool(now["frames"] >= narrow["frames"] + 30 and now["heard"] >= narrow["heard"] + 100)

        await eventually(goes_on, "picture and sound go on over the narrow path", within=30)
        relay.bits_per_second = None
        await comes_to(viewer, 360, within=60)
        after = await received(viewer)
        assert after["frozen"] - before["frozen"] < MAX_FREEZE_SECONDS
        await publisher.leave()
        await viewer.leave()
