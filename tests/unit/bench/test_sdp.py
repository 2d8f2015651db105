"""What the generator's clients say and read in SDP."""

import pytest

from bench.side_by_side import sdp
from bench.side_by_side.sfu import Client, Remote, Track
from parley_protocol.grants import Grants
from sfu_container.negotiation import LineUse, SlotStreamAllocator, negotiate
from sfu_container.sdp import parse_offer

CLIENT = Client(number=7, port=41_000, fingerprint=":".join(["AB"] * 32))

ANSWER = """v=0
a=ice-lite
m=video 9 UDP/TLS/RTP/SAVPF 96
a=ice-ufrag:abc
a=ice-pwd:secret
a=fingerprint:sha-256 CD:EF
a=setup:active
a=extmap:5/sendonly http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01
a=candidate:1 2 udp 1 127.0.0.9 1 typ host
a=candidate:1 1 udp 1 192.0.2.1 2 typ host
a=candidate:1 1 UDP 1 127.0.0.2 20222 typ host
"""


def test_the_node_takes_what_a_publisher_offers() -> None:
    offer = parse_offer(sdp.publishing_offer(CLIENT, Track(ssrc=5, packets_per_frame=7)))
    (line,) = negotiate(offer, Grants(), SlotStreamAllocator())
    numbered = sdp.TRANSPORT_SEQUENCE in line.extensions.values()
    assert (line.use, line.ssrc, numbered) == (LineUse.PUBLICATION, 5, True)


@pytest.mark.parametrize("with_feedback", [True, False])
def test_the_node_takes_what_a_viewer_offers(with_feedback: bool) -> None:
    offer = parse_offer(sdp.receiving_offer(CLIENT, 9, with_feedback))
    lines = negotiate(offer, Grants(), SlotStreamAllocator())
    assert [line.use for line in lines] == [LineUse.SLOT] * 9
    assert all((sdp.TRANSPORT_SEQUENCE in line.extensions.values()) is with_feedback for line in lines)


def test_an_answer_tells_how_the_sfu_is_reached() -> None:
    assert sdp.read_remote(ANSWER) == Remote("abc", "secret", "127.0.0.2", 20_222, "CD:EF", True, 5)


def test_an_answer_without_a_loopback_address_is_refused() -> None:
    with pytest.raises(ValueError, match="no loopback candidate"):
        sdp.read_remote(ANSWER.replace("127.0.0.2", "192.0.2.2"))


@pytest.mark.parametrize("with_feedback", [True, False])
def test_a_viewer_answers_with_what_it_was_offered_but_congestion_feedback_when_not_wanted(with_feedback: bool) -> None:
    offer = sdp.publishing_offer(CLIENT, Track(ssrc=5, packets_per_frame=7))
    answer = sdp.receiving_answer(CLIENT, offer, with_feedback)
    assert "a=recvonly" in answer
    assert "a=rtcp-fb:96 nack\r\n" in answer
    assert ("transport-wide-cc" in answer) is with_feedback
    assert ("transport-cc" in answer) is with_feedback
