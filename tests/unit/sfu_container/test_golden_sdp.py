"""What real clients offer is understood, and the answers stay as they were.

PARLEY_RECORD_GOLDEN=1 records the answers anew; `record_offers.py` records the offers.
"""

import itertools
import os

import pytest

from parley_protocol.grants import Grants
from sfu_container import header_extensions
from sfu_container.answer import LocalTransport, write_answer
from sfu_container.engine import Codec
from sfu_container.negotiation import LineUse, SlotStreamAllocator, negotiate
from sfu_container.sdp import parse_offer
from tests.unit.sfu_container.fakes import NODE_FINGERPRINT
from tests.unit.sfu_container.golden import read_golden, write_golden

TRANSPORT = LocalTransport("192.0.2.1", 8083, "nodeufrag", "nodepassword0123456789", NODE_FINGERPRINT)


@pytest.mark.parametrize("client", ["chromium", "aiortc", "gstreamer"])
def test_the_answer_to_a_real_offer_is_as_recorded(client: str, monkeypatch: pytest.MonkeyPatch) -> None:
    ssrcs = itertools.count(1_000)
    monkeypatch.setattr("secrets.randbelow", lambda _: next(ssrcs))
    offer = parse_offer(read_golden(f"{client}_offer.sdp"))
    answer = write_answer(negotiate(offer, Grants(), SlotStreamAllocator()), TRANSPORT, session=1, version=1)
    if os.environ.get("PARLEY_RECORD_GOLDEN"):
        write_golden(f"{client}_answer.sdp", answer)
    assert answer == read_golden(f"{client}_answer.sdp")


def test_chromiums_simulcast_camera_is_read_in_full() -> None:
    offer = parse_offer(read_golden("chromium_offer.sdp"))
    camera = negotiate(offer, Grants(), SlotStreamAllocator())[0]
    assert camera.use is LineUse.PUBLICATION
    assert camera.rids == ("q", "h", "f")
    assert camera.codecs == (
        Codec(96, "VP8", 90_000, 97),
        Codec(108, "H264", 90_000, 109, ("constrainedBaseline/1",)),
        Codec(45, "AV1", 90_000, 46),
        Codec(98, "VP9", 90_000, 99),
    )
    assert set(camera.extensions.values()) == {
        header_extensions.MID,
        header_extensions.RID,
        header_extensions.REPAIRED_RID,
        header_extensions.ABS_SEND_TIME,
        header_extensions.TRANSPORT_CC,
        header_extensions.VIDEO_ORIENTATION,
        header_extensions.DEPENDENCY_DESCRIPTOR,
    }


def test_chromiums_slots_take_every_profile_that_it_decodes_once() -> None:
    offer = parse_offer(read_golden("chromium_offer.sdp"))
    slots = [line for line in negotiate(offer, Grants(), SlotStreamAllocator()) if line.use is LineUse.SLOT]
    assert [codec.name for codec in slots[0].codecs] == ["opus", "red"]
    assert [(codec.payload_type, codec.name, codec.profiles[:1]) for codec in slots[-1].codecs] == [
        (96, "VP8", ()),
        (98, "VP9", ()),
        (102, "H264", ("baseline/1",)),
        (104, "H264", ("baseline/0",)),
        (108, "H264", ("constrainedBaseline/1",)),
        (114, "H264", ("constrainedBaseline/0",)),
        (116, "H264", ("main/1",)),
        (39, "H264", ("main/0",)),
        (45, "AV1", ()),
    ]


def test_aiortcs_camera_is_known_by_its_ssrcs() -> None:
    offer = parse_offer(read_golden("aiortc_offer.sdp"))
    camera = next(line for line in offer.media if line.kind == "video" and line.direction == "sendonly")
    assert camera.rids == []
    assert camera.ssrc
    assert camera.rtx_ssrc
    assert camera.ssrc != camera.rtx_ssrc
