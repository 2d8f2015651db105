"""What is answered to each m-line."""

import pytest

from parley_protocol.grants import Grants, Source
from sfu_container import header_extensions
from sfu_container.answer import LocalTransport, write_answer
from sfu_container.errors import UnsupportedOfferError
from sfu_container.negotiation import LineUse, NegotiatedLine, SlotStreamAllocator, negotiate
from sfu_container.sdp import parse_offer
from tests.unit.sfu_container.fakes import NODE_FINGERPRINT
from tests.unit.sfu_container.offers import data_section, make_sdp, media_section, usual_offer

TRANSPORT = LocalTransport("192.0.2.1", 8083, "nodeufrag", "nodepassword0123456789", NODE_FINGERPRINT)


def lines_of(offer: str, grants: Grants | None = None) -> list[NegotiatedLine]:
    return negotiate(parse_offer(offer), grants or Grants(), SlotStreamAllocator())


def sections_of(offer: str, grants: Grants | None = None) -> list[list[str]]:
    """The answer's lines: first those of the session, then those of each m-line."""
    answer = write_answer(lines_of(offer, grants), TRANSPORT, session=7, version=3)
    assert answer.endswith("\r\n")
    sections: list[list[str]] = [[]]
    for line in answer.split("\r\n")[:-1]:
        if line.startswith("m="):
            sections.append([])
        sections[-1].append(line)
    return sections


def test_the_session_says_ice_lite_and_one_bundle() -> None:
    session = sections_of(usual_offer())[0]
    assert "a=ice-lite" in session
    assert "a=group:BUNDLE 0 1 2 3 4 5 6" in session
    assert "o=- 7 3 IN IP4 0.0.0.0" in session


def test_every_line_says_how_the_node_is_reached_since_some_clients_look_nowhere_else() -> None:
    _, *sections = sections_of(usual_offer())
    fingerprint = f"a=fingerprint:sha-256 {NODE_FINGERPRINT.value}"
    transport = {"a=ice-ufrag:nodeufrag", "a=ice-pwd:nodepassword0123456789", fingerprint, "a=setup:passive"}
    assert all(transport <= set(section) for section in sections)


def test_every_line_has_a_udp_and_a_passive_tcp_candidate() -> None:
    _, *sections = sections_of(usual_offer())
    for section in sections:
        udp, tcp = (line.split() for line in section if line.startswith("a=candidate:"))
        assert udp[2:] == ["udp", udp[3], "192.0.2.1", "8083", "typ", "host"]
        assert tcp[2:] == ["tcp", tcp[3], "192.0.2.1", "8083", "typ", "host", "tcptype", "passive"]
        assert int(udp[3]) > int(tcp[3])


def test_a_simulcast_camera_is_received_with_all_its_streams() -> None:
    camera = sections_of(usual_offer())[1]
    assert "a=recvonly" in camera
    assert [line for line in camera if line.startswith("a=rid:")] == ["a=rid:q recv", "a=rid:f recv"]
    assert "a=simulcast:recv q;f" in camera
    assert "a=rtcp-fb:96 transport-cc" in camera
    assert "a=fmtp:97 apt=96" in camera
    assert "a=rtcp-mux" in camera
    assert "a=rtcp-rsize" in camera


def test_a_slot_is_sent_from_fixed_ssrcs() -> None:
    slot = sections_of(usual_offer())[5]
    assert "a=sendonly" in slot
    group = next(line for line in slot if line.startswith("a=ssrc-group:FID ")).split()[1:]
    assert [line for line in slot if line.startswith("a=ssrc:")] == [f"a=ssrc:{ssrc} cname:parley" for ssrc in group]
    assert len(set(group)) == 2
    assert "a=msid:slot4 slot4" in slot


def test_an_audio_slot_has_one_ssrc() -> None:
    slot = sections_of(usual_offer())[4]
    assert len([line for line in slot if line.startswith("a=ssrc:")]) == 1
    assert not any(line.startswith("a=ssrc-group") for line in slot)


def test_the_arrival_of_what_a_slot_sends_is_reported() -> None:
    slot = sections_of(usual_offer())[5]
    assert f"a=extmap:3 {header_extensions.TRANSPORT_CC}" in slot
    assert "a=rtcp-fb:96 transport-cc" in slot


def test_a_slot_does_without_rids() -> None:
    slot = sections_of(usual_offer())[5]
    assert not any("rtp-stream-id" in line for line in slot)


def test_the_same_allocator_gives_a_slot_the_same_ssrcs_again() -> None:
    allocator = SlotStreamAllocator()
    offer = parse_offer(usual_offer())
    first = negotiate(offer, Grants(), allocator)
    assert negotiate(offer, Grants(), allocator) == first


def test_the_data_channel_line_is_answered() -> None:
    data = sections_of(usual_offer())[7]
    assert data[0] == "m=application 9 UDP/DTLS/SCTP webrtc-datachannel"
    assert "a=sctp-port:5000" in data


def test_send_lines_of_one_who_may_not_publish_are_inactive() -> None:
    uses = [line.use for line in lines_of(usual_offer(), Grants(publish=()))]
    assert uses[:3] == [LineUse.INACTIVE] * 3
    assert uses[3:6] == [LineUse.SLOT] * 3
    assert "a=inactive" in sections_of(usual_offer(), Grants(publish=()))[1]


def test_only_the_kind_that_may_be_published_is_received() -> None:
    uses = [line.use for line in lines_of(usual_offer(), Grants(publish=(Source.MICROPHONE,)))]
    assert uses[:3] == [LineUse.INACTIVE, LineUse.PUBLICATION, LineUse.INACTIVE]


def test_one_who_may_not_subscribe_gets_no_slots() -> None:
    uses = [line.use for line in lines_of(usual_offer(), Grants(subscribe=False))]
    assert LineUse.SLOT not in uses


def test_a_line_of_an_unknown_kind_is_rejected_and_left_out_of_the_bundle() -> None:
    text = ["m=text 9 UDP/TLS/RTP/SAVPF 98", "a=mid:t", "a=sendonly", "a=rtcp-mux"]
    session, audio, rejected = sections_of(make_sdp(media_section("0", "audio", "sendonly"), text))
    assert "a=group:BUNDLE 0" in session
    assert rejected[0] == "m=text 0 UDP/TLS/RTP/SAVPF 98"
    assert audio[0].startswith("m=audio 9")


def test_an_inactive_line_stays_inactive() -> None:
    assert lines_of(make_sdp(media_section("0", "audio", "inactive")))[0].use is LineUse.INACTIVE


@pytest.mark.parametrize(("number", "mixed", "taken"), [(14, False, True), (15, True, False), (16, True, True)])
def test_an_extension_id_is_taken_where_its_form_is_allowed(number: int, mixed: bool, taken: bool) -> None:
    allow = ["a=extmap-allow-mixed"] if mixed else []
    section = media_section("0", "video", "sendonly", f"a=extmap:{number} urn:3gpp:video-orientation", *allow)
    assert (number in lines_of(make_sdp(section))[0].extensions) is taken
    (_, answered) = sections_of(make_sdp(section))
    assert ("a=extmap-allow-mixed" in answered) is mixed


@pytest.mark.parametrize("direction", ["sendonly", "recvonly"])
def test_a_dependency_descriptor_needs_extensions_of_any_length(direction: str) -> None:
    descriptor = f"a=extmap:9 {header_extensions.DEPENDENCY_DESCRIPTOR}"
    (short,) = lines_of(make_sdp(media_section("0", "video", direction, descriptor)))
    assert 9 not in short.extensions
    (mixed,) = lines_of(make_sdp(media_section("0", "video", direction, descriptor, "a=extmap-allow-mixed")))
    assert mixed.extensions[9] == header_extensions.DEPENDENCY_DESCRIPTOR


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("a=group:BUNDLE 0 1 2 3 4 5 6", "a=group:BUNDLE 0 1 2 3 4 5", "BUNDLE"),
        ("a=group:BUNDLE 0 1 2 3 4 5 6\r\n", "", "BUNDLE"),
        ("a=rtcp-mux\r\n", "", "rtcp-mux"),
        ("a=fingerprint:sha-256", "a=fingerprint:md5", "fingerprint"),
        ("a=setup:actpass", "a=setup:passive", "setup"),
        ("VP8/90000", "H266/90000", "m-line 0 does not offer VP8, VP9, H264 or AV1"),
        ("opus/48000/2", "PCMU/8000", "m-line 1 does not offer opus"),
    ],
)
def test_what_the_node_does_not_do_is_unsupported(old: str, new: str, said: str) -> None:
    offer = usual_offer()
    assert old in offer
    with pytest.raises(UnsupportedOfferError, match=said):
        lines_of(offer.replace(old, new, 1))


def test_two_data_channel_lines_are_unsupported() -> None:
    with pytest.raises(UnsupportedOfferError, match="data channel"):
        lines_of(make_sdp(data_section("0"), data_section("1")))
