"""What real clients offer is understood, and the answers stay as they were.

PARLEY_RECORD_GOLDEN=1 records the answers anew; `record_offers.py` records the offers.
"""

import itertools
import os

import pytest

from parley_protocol.grants import Grants
from sfu_container import negotiation
from sfu_container.answer import LocalTransport, write_answer
from sfu_container.engine import Codec
from sfu_container.negotiation import LineUse, SlotStreamAllocator, negotiate
from sfu_container.sdp import parse_offer
from tests.unit.sfu_container.fakes import NODE_FINGERPRINT
from tests.unit.sfu_container.golden import read_golden, write_golden

TRANSPORT = LocalTransport("192.0.2.1", 8083, "nodeufrag", "nodepassword0123456789", NODE_FINGERPRINT)


@pytest.mark.parametrize("client", ["chromium", "aiortc"])
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
    assert camera.codecs == (Codec(96, "VP8", 90_000, 97),)
    assert set(camera.extensions.values()) == {
        negotiation.MID,
        negotiation.RID,
        negotiation.REPAIRED_RID,
        negotiation.ABS_SEND_TIME,
        negotiation.TRANSPORT_CC,
        negotiation.VIDEO_ORIENTATION,
    }


def test_aiortcs_camera_is_known_by_its_ssrcs() -> None:
    offer = parse_offer(read_golden("aiortc_offer.sdp"))
    camera = next(line for line in offer.media if line.kind == "video" and line.direction == "sendonly")
    assert camera.rids == []
    assert camera.ssrc
    assert camera.rtx_ssrc
    assert camera.ssrc != camera.rtx_ssrc
