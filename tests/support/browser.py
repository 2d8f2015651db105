"""People in Debian's Chromium with a fake camera and microphone."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from urllib.parse import urlencode

from playwright.async_api import Browser, BrowserContext, ElementHandle, Locator, Page, async_playwright

from tests.support.waiting import eventually

CHROMIUM = "/usr/bin/chromium"
FLAGS = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
    "--auto-select-desktop-capture-source=Entire screen",
    "--autoplay-policy=no-user-gesture-required",
    "--allow-loopback-in-peer-connection",
    # Three pages share two cores, and none of them is in front.
    "--disable-background-timer-throttling",
    "--disable-backgrounding-occluded-windows",
    "--disable-renderer-backgrounding",
]

AUDIO_ENERGY = """async () => {
    let energy = 0;
    for (const report of (await window.__parley.pc.getStats()).values())
        if (report.type === 'inbound-rtp' && report.kind === 'audio') energy += report.totalAudioEnergy ?? 0;
    return energy;
}"""


@asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=CHROMIUM, headless=True, ignore_default_args=["--headless", "--mute-audio"], args=FLAGS
        )
        try:
            yield browser
        finally:
            await browser.close()


@dataclass
class Person:
    """One person in one tab of a browser context of its own."""

    name: str
    page: Page
    context: BrowserContext

    @classmethod
    async def join(cls, browser: Browser, origin: str, name: str, meeting: str = "demo", script: str = "") -> Person:
        """Open the meeting and wait until the call is there. `script` runs in the page before its own code."""
        person = await cls.open(browser, origin, name, meeting, script)
        await person.page.locator("[data-testid=control-leave]").wait_for(timeout=30_000)
        return person

    @classmethod
    async def open(cls, browser: Browser, origin: str, name: str, meeting: str = "demo", script: str = "") -> Person:
        person = await cls._new(browser, name, script)
        await person.page.goto(f"{origin}/m/{meeting}?{urlencode({'name': name, 'autojoin': 1})}")
        return person

    @classmethod
    async def follow(cls, browser: Browser, name: str, join_url: str, script: str = "") -> Person:
        """Follow a join link and ask to come in. `script` runs in the page before its own code."""
        person = await cls._new(browser, name, script)
        await person.page.goto(join_url)
        await person.page.get_by_test_id("prejoin-join").click()
        return person

    @classmethod
    async def _new(cls, browser: Browser, name: str, script: str = "") -> Person:
        context = await browser.new_context(viewport={"width": 1280, "height": 720})
        # A small picture: the test watches that frames flow, and three encoders share two cores.
        await context.add_init_script("localStorage.setItem('parley.sendHeight', '360');" + script)
        return cls(name, await context.new_page(), context)

    @property
    def remote_tiles(self) -> Locator:
        return self.page.locator("[data-testid=tile][data-source=camera]:not([data-local])")

    def tile(self, name: str, source: str = "camera") -> Locator:
        return self.page.locator(f"[data-testid=tile][data-source={source}]").filter(has_text=name)

    def control(self, name: str) -> Locator:
        return self.page.get_by_test_id(f"control-{name}")

    async def sees_people(self, count: int, within: float = 30.0) -> None:
        """Wait until exactly so many others have a tile."""

        async def number() -> bool:
            return await self.remote_tiles.count() == count

        await eventually(number, f"{self.name} sees {count} other tiles", within)

    async def frames_shown(self, name: str, source: str = "camera") -> int:
        """Video frames presented so far in a tile; 0 where there is no video element."""
        video = await self.tile(name, source).locator("video").first.element_handle(timeout=30_000)
        return await _frames(video)

    async def sees_moving(self, name: str, source: str = "camera", frames: int = 10, within: float = 40.0) -> None:
        """Wait until so many further frames of somebody are presented."""
        await self.tile(name, source).locator("video").first.wait_for(timeout=within * 1000)
        before = await self.frames_shown(name, source)

        async def moved() -> bool:
            return await self.frames_shown(name, source) >= before + frames

        await eventually(moved, f"{self.name} sees {name}'s {source} move by {frames} frames", within)

    async def audio_energy(self) -> float:
        return float(await self.page.evaluate(AUDIO_ENERGY))

    async def hears_somebody(self, within: float = 30.0) -> None:
        """Wait until the energy of what is received rises; the fake microphone beeps once a second."""
        before = await self.audio_energy()

        async def louder() -> bool:
            return await self.audio_energy() > before + 1e-4

        await eventually(louder, f"{self.name} hears somebody", within)

    async def leave(self) -> None:
        """Leave, and let the meeting go on where one is asked."""
        await self.control("leave").click()
        ended, leave_only = self.page.get_by_test_id("ended"), self.page.get_by_test_id("leave-only")
        await ended.or_(leave_only).first.wait_for()
        if await leave_only.is_visible():
            await leave_only.click()
        await ended.wait_for()

    async def is_out(self, reason: str) -> None:
        """Wait until the page says that one is not in the meeting, for that reason."""
        await self.page.locator(f"[data-testid=ended][data-reason={reason}]").wait_for()

    async def reads(self, text: str) -> None:
        """Wait until that is read out to screen readers."""
        await self.page.get_by_test_id("announcements").get_by_text(text).first.wait_for(state="attached")


async def _frames(video: ElementHandle | None) -> int:
    if video is None:
        return 0
    return int(await video.evaluate("video => video.getVideoPlaybackQuality().totalVideoFrames"))
