"""Speech with copies of earlier packets (RED), to browsers that take them and to others, over a bad path."""

from collections.abc import Callable, Mapping
from random import Random

import pytest
from playwright.async_api import Browser

from tests.support.browser import Person
from tests.support.platform import Platform
from tests.support.relay import Relay
from tests.support.waiting import eventually

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(240)]

LISTENING = """{{
    const addTransceiver = RTCPeerConnection.prototype.addTransceiver;
    RTCPeerConnection.prototype.addTransceiver = function (kind, init) {{
        const transceiver = addTransceiver.call(this, kind, init);
        if (kind !== 'audio' || init.direction !== 'recvonly') return transceiver;
        // What a busy machine brings late is not to count as lost.
        transceiver.receiver.jitterBufferTarget = 1000;
        const {{ codecs }} = RTCRtpReceiver.getCapabilities('audio');
        transceiver.setCodecPreferences(codecs.filter(({{ mimeType }}) => {takes_copies} || mimeType !== 'audio/red'));
        return transceiver;
    }};
}}"""
HEARD = """async () => {
    const heard = { packets: 0, discarded: 0, samples: 0, concealed: 0, energy: 0 };
    for (const report of (await window.__parley.pc.getStats()).values()) {
        if (report.type !== 'inbound-rtp' || report.kind !== 'audio') continue;
        heard.packets += report.packetsReceived;
        heard.discarded += report.packetsDiscarded;
        heard.samples += report.totalSamplesReceived;
        heard.concealed += report.concealedSamples;
        heard.energy += report.totalAudioEnergy;
    }
    return heard;
}"""
"""A copy that is not needed counts as discarded. `codecId` is of no use: Chromium names Opus there in any case."""
LOSS = 0.2
SOUND_PAYLOAD_TYPES = (111, 63)
"""Of Opus and of RED in Chromium's offers; the header of SRTP is readable."""


def loss_of_sound() -> Callable[[bytes], bool]:
    random = Random(1)

    def is_lost(datagram: bytes) -> bool:
        is_sound = datagram[0] >> 6 == 2 and datagram[1] & 0x7F in SOUND_PAYLOAD_TYPES
        return is_sound and random.random() < LOSS

    return is_lost


async def listen(browser: Browser, platform: Platform, relay: Relay, name: str, takes_copies: bool) -> Person:
    script = relay.script + LISTENING.format(takes_copies="true" if takes_copies else "false")
    return await Person.join(browser, platform.origin, name, script=script)


async def heard_by(listener: Person, packets: int, before: Mapping[str, float]) -> dict[str, float]:
    """What a listener has heard since `before`, once it is so many packets."""

    async def enough() -> dict[str, float] | None:
        now = await listener.page.evaluate(HEARD)
        heard = {name: value - before.get(name, 0) for name, value in now.items()}
        return heard if heard["packets"] >= packets and heard["energy"] > 0 else None

    return dict(await eventually(enough, f"{listener.name} hears {packets} packets", within=60))


async def test_speech_with_copies_survives_a_path_that_loses_a_fifth_of_it(
    browser: Browser, platform: Platform
) -> None:
    async with Relay(("127.0.0.1", platform.state()["ports"]["media"])) as relay:
        relay.loses = loss_of_sound()
        speaker = await Person.join(browser, platform.origin, "Ann")
        ben = await listen(browser, platform, relay, "Ben", takes_copies=True)
        cem = await listen(browser, platform, relay, "Cem", takes_copies=False)
        begun = [await heard_by(one, 100, {}) for one in (ben, cem)]
        with_copies, without = [await heard_by(one, 500, before) for one, before in zip((ben, cem), begun, strict=True)]
        assert with_copies["discarded"] > with_copies["packets"] / 2
        assert without["discarded"] < without["packets"] / 10
        # About 6 % and 16 %: one loss in five is followed by another, which takes the copy.
        share, share_without = (heard["concealed"] / heard["samples"] for heard in (with_copies, without))
        assert share < share_without * 0.75
        for person in (speaker, ben, cem):
            await person.leave()
