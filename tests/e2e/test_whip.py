"""A publisher by WHIP is a participant of the browser meeting."""

from collections.abc import AsyncIterator

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from playwright.async_api import Browser

from tests.support.bot import Bot
from tests.support.browser import Person
from tests.support.platform import Platform
from tests.support.waiting import eventually
from tests.support.whip import WhipClient

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(240)]


PUBLISH = """async ({ url, token }) => {
    const pc = new RTCPeerConnection();
    const stream = await navigator.mediaDevices.getUserMedia({ video: { width: 320, height: 180 }, audio: true });
    for (const track of stream.getTracks()) pc.addTransceiver(track, { direction: 'sendonly' });
    await pc.setLocalDescription();
    const headers = { 'Content-Type': 'application/sdp', Authorization: `Bearer ${token}` };
    const response = await fetch(url, { method: 'POST', headers, body: pc.localDescription.sdp });
    await pc.setRemoteDescription({ type: 'answer', sdp: await response.text() });
    const resource = new URL(response.headers.get('Location'), url).href;
    window.studio = { pc, token, resource, etag: response.headers.get('ETag') };
}"""

RESTART_ICE = """async () => {
    const { pc, token, resource } = window.studio;
    pc.restartIce();
    await pc.setLocalDescription();
    const credentials = (sdp) => sdp.match(/a=ice-(ufrag|pwd):.*\\r\\n/g).slice(0, 2);
    const headers = {
        'Content-Type': 'application/trickle-ice-sdpfrag', 'If-Match': '*', Authorization: `Bearer ${token}`,
    };
    const body = credentials(pc.localDescription.sdp).join('');
    const response = await fetch(resource, { method: 'PATCH', headers, body });
    const [ufrag, pwd] = credentials(await response.text());
    const answer = pc.currentRemoteDescription.sdp
        .replace(/a=ice-ufrag:.*\\r\\n/g, ufrag).replace(/a=ice-pwd:.*\\r\\n/g, pwd);
    await pc.setRemoteDescription({ type: 'answer', sdp: answer });
    return { status: response.status, isNew: response.headers.get('ETag') !== window.studio.etag };
}"""

USES_THE_NEW_ICE_SESSION = """async () => {
    const { pc } = window.studio;
    const ufrag = pc.localDescription.sdp.match(/a=ice-ufrag:(.*)\\r\\n/)[1];
    const reports = await pc.getStats();
    const transport = [...reports.values()].find((report) => report.type === 'transport');
    const pair = reports.get(transport.selectedCandidatePairId);
    return pair?.state === 'succeeded' && reports.get(pair.localCandidateId).usernameFragment === ufrag;
}"""


async def guest(platform: Platform, name: str, http: aiohttp.ClientSession) -> str:
    async with Bot(platform.origin, name, http) as bot:
        return await bot.guest_token("demo")


async def test_a_browser_sees_a_whip_publisher_move_and_go(
    browser: Browser, platform: Platform, http: aiohttp.ClientSession
) -> None:
    ann = await Person.join(browser, platform.origin, "Ann")
    studio = WhipClient(f"{platform.origin}/whip/demo", await guest(platform, "Studio", http), http)
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
    viewer = WhipClient(f"{platform.origin}/whep/demo", await guest(platform, "Wall", http), http)
    await viewer.watch()
    await eventually(lambda: viewer.frames.get("video", 0) >= 10, "the viewer decodes ten frames of Ann")
    await eventually(lambda: viewer.frames.get("audio", 0) >= 10, "the viewer hears Ann")
    await viewer.leave()
    await viewer.close()
    await ann.leave()


@pytest.fixture
async def elsewhere() -> AsyncIterator[str]:
    """The address of an empty page, of another origin than the platform."""

    async def empty_page(_: web.Request) -> web.Response:
        return web.Response(content_type="text/html")

    app = web.Application()
    app.router.add_get("/", empty_page)
    async with TestServer(app) as server:
        yield str(server.make_url("/"))


async def test_a_page_of_another_origin_publishes_and_restarts_ice(
    browser: Browser, platform: Platform, http: aiohttp.ClientSession, elsewhere: str
) -> None:
    page = await browser.new_page()
    await page.goto(elsewhere)
    url = f"{platform.origin}/whip/demo"
    await page.evaluate(PUBLISH, {"url": url, "token": await guest(platform, "Studio", http)})
    viewer = WhipClient(f"{platform.origin}/whep/demo", await guest(platform, "Wall", http), http)
    await viewer.watch()
    await eventually(lambda: viewer.frames.get("video", 0) >= 10, "the viewer decodes ten frames", within=40)
    assert await page.evaluate(RESTART_ICE) == {"status": 200, "isNew": True}
    await eventually(lambda: page.evaluate(USES_THE_NEW_ICE_SESSION), "media goes by the new ICE session", within=40)
    before = viewer.frames["video"]
    await eventually(lambda: viewer.frames["video"] >= before + 20, "the picture goes on", within=40)
    await viewer.leave()
    await viewer.close()
