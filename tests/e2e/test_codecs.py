"""Each video codec from a publisher to a viewer, and from one size to another, in Chromium."""

from typing import Any

import pytest
from playwright.async_api import Browser, ViewportSize

from tests.support.browser import Person
from tests.support.platform import Platform
from tests.support.waiting import eventually

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]

RECEIVED = """async () => {
    const reports = await window.__parley.pc.getStats();
    for (const report of reports.values())
        if (report.type === 'inbound-rtp' && report.kind === 'video' && report.framesDecoded)
            return {
                codec: reports.get(report.codecId)?.mimeType,
                height: report.frameHeight,
                frames: report.framesDecoded,
                frozen: report.totalFreezesDuration,
            };
}"""
LARGE, SMALL = ViewportSize(width=1280, height=720), ViewportSize(width=400, height=300)
"""Windows in which a tile wants the higher and the lower layer of a camera of 360 lines."""
MAX_FREEZE_SECONDS = 1.0


async def received(viewer: Person) -> dict[str, Any]:
    return dict(await viewer.page.evaluate(RECEIVED) or {})


async def sees_height(viewer: Person, height: int) -> None:
    """Wait until frames of that height are decoded, and more of them."""

    async def changed() -> int:
        now = await received(viewer)
        return int(now["frames"]) if now["height"] == height else 0

    before = await eventually(changed, f"{viewer.name} decodes {height} lines", within=30)

    async def goes_on() -> bool:
        return bool(await changed() >= before + 5)

    await eventually(goes_on, f"{viewer.name} goes on with {height} lines", within=30)


async def test_every_codec_is_decoded_and_changes_its_size_without_a_freeze(
    browser: Browser, platform: Platform
) -> None:
    for codec in ("VP8", "VP9", "H264", "AV1"):
        viewer = await Person.join(browser, platform.origin, "Ann")
        choice = f"localStorage.setItem('parley.codec', '{codec}');"
        publisher = await Person.join(browser, platform.origin, "Ben", script=choice)
        await viewer.sees_moving("Ben")
        await sees_height(viewer, 360)
        before = await received(viewer)
        assert before["codec"] == f"video/{codec}"
        for window, height in ((SMALL, 180), (LARGE, 360)):
            await viewer.page.set_viewport_size(window)
            await sees_height(viewer, height)
        after = await received(viewer)
        assert after["codec"] == f"video/{codec}"
        assert after["frozen"] - before["frozen"] < MAX_FREEZE_SECONDS, codec
        await publisher.leave()
        await viewer.leave()
        await publisher.context.close()
        await viewer.context.close()
