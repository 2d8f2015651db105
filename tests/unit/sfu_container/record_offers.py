"""Records the golden offers from a real Chromium and from aiortc: `python -m tests.unit.sfu_container.record_offers`.

GStreamer's is what `docs/examples/whip_gstreamer.py` posts, without addresses. The answers to them are recorded by the
golden tests with PARLEY_RECORD_GOLDEN=1.
"""

from __future__ import annotations

import asyncio
import re

from aiortc import RTCConfiguration, RTCPeerConnection
from aiortc.mediastreams import AudioStreamTrack, VideoStreamTrack
from aiortc.rtcconfiguration import RTCBundlePolicy
from playwright.async_api import async_playwright

from tests.unit.sfu_container.golden import write_golden

CHROMIUM = "/usr/bin/chromium"
FLAGS = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
]
OFFER = """async () => {
    const media = await navigator.mediaDevices.getUserMedia({ video: { width: 1280, height: 720 }, audio: true });
    const pc = new RTCPeerConnection({ bundlePolicy: 'max-bundle' });
    const sendEncodings = [
        { rid: 'q', scaleResolutionDownBy: 4 }, { rid: 'h', scaleResolutionDownBy: 2 }, { rid: 'f' },
    ];
    pc.addTransceiver(media.getVideoTracks()[0], { direction: 'sendonly', streams: [media], sendEncodings });
    pc.addTransceiver(media.getAudioTracks()[0], { direction: 'sendonly', streams: [media] });
    pc.addTransceiver('video', { direction: 'sendonly' });
    pc.addTransceiver('audio', { direction: 'sendonly' });
    for (let slot = 0; slot < 3; slot++) pc.addTransceiver('audio', { direction: 'recvonly' });
    for (let slot = 0; slot < 4; slot++) pc.addTransceiver('video', { direction: 'recvonly' });
    pc.createDataChannel('control');
    await pc.setLocalDescription();
    return pc.localDescription.sdp;
}"""


async def chromium_offer() -> str:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        page = await browser.new_page()
        # Devices are only for pages from somewhere trustworthy; a file is.
        await page.goto("file:///")
        offer = str(await page.evaluate(OFFER))
        await browser.close()
        return offer


async def aiortc_offer() -> str:
    pc = RTCPeerConnection(RTCConfiguration(bundlePolicy=RTCBundlePolicy.MAX_BUNDLE))
    pc.createDataChannel("control")
    pc.addTransceiver(VideoStreamTrack(), direction="sendonly")
    pc.addTransceiver(AudioStreamTrack(), direction="sendonly")
    for kind in ("audio", "video"):
        pc.addTransceiver(kind, direction="recvonly")
    await pc.setLocalDescription(await pc.createOffer())
    offer = str(pc.localDescription.sdp)
    await pc.close()
    return without_addresses(offer)


def without_addresses(offer: str) -> str:
    """The offer without the recording machine's addresses."""
    lines = (line for line in offer.splitlines(keepends=True) if not line.startswith("a=candidate:"))
    return "".join(re.sub(r"^(c=|a=rtcp:9 )IN IP4 \S+", r"\1IN IP4 0.0.0.0", line) for line in lines)


async def main() -> None:
    write_golden("chromium_offer.sdp", without_addresses(await chromium_offer()))
    write_golden("aiortc_offer.sdp", await aiortc_offer())


if __name__ == "__main__":
    asyncio.run(main())
