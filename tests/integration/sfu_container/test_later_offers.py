"""Codecs change by a later offer, and what flows follows."""

import re

import pytest

from tests.integration.sfu_container.conftest import Enter
from tests.integration.sfu_container.participant import Participant, RefusedError
from tests.support.waiting import eventually


def section(offer: str, mid: str) -> str:
    """The m-line of that mid with its attributes."""
    return next(part for part in re.split(r"(?=m=)", offer) if f"a=mid:{mid}\r\n" in part)


def without(codec: str, offer: str, mid: str) -> str:
    """The offer, in which an m-line no longer lists the codec's payload type."""
    before = section(offer, mid)
    payload_type = re.findall(rf"a=rtpmap:(\d+) {codec}/", before)[0]
    return offer.replace(before, before.replace(f" {payload_type} ", " ", 1))


async def shows(viewer: Participant, mid: str, frames: int = 5) -> None:
    before = viewer.frames.get(mid, 0)
    await eventually(lambda: viewer.frames.get(mid, 0) >= before + frames, f"{frames} more frames are decoded")


async def test_a_codec_that_a_viewer_takes_no_longer_is_not_sent_until_it_takes_it_again(enter: Enter) -> None:
    ann, ben = await enter("Ann"), await enter("Ben")
    for one in (ann, ben):
        await one.join()
        await one.is_connected()
    video, camera = ben.slot("video"), ann.publication("camera")
    ben.ask({"type": "layout", "slots": [{"mid": video, "publication": camera}]})
    await shows(ben, video)

    offer = ben.pc.localDescription.sdp
    answered = await ben.offer_again(without("VP8", offer, video))
    assert "VP8" not in section(answered["answer"], video)

    def refusals() -> list[str]:
        slots = [slot for message in ben.heard("slots") for slot in message["slots"] if slot["mid"] == video]
        return [slot["refusal"]["code"] for slot in slots if slot.get("refusal")]

    assert await eventually(refusals, "Ben is told that he cannot decode it") == ["CodecUnsupported"]

    answered = await ben.offer_again(offer)
    assert section(answered["answer"], video) == section(ben.joined["answer"], video)
    await shows(ben, video)


async def test_a_payload_type_cannot_come_to_mean_another_codec(enter: Enter) -> None:
    ann = await enter("Ann")
    await ann.join()
    offer = ann.pc.localDescription.sdp
    before = section(offer, ann.slot("video"))
    with pytest.raises(RefusedError, match="UnsupportedOffer"):
        await ann.offer_again(offer.replace(before, before.replace(" VP8/90000", " VP9/90000")))
    await ann.is_connected()
