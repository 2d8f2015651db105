"""Reading offers: what is kept, what is refused, and that nothing else is ever raised."""

import sys
from contextlib import suppress
from types import FrameType
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parley_protocol.grants import Grants
from sfu_container.answer import LocalTransport, write_answer
from sfu_container.errors import InvalidOfferError, UnsupportedOfferError
from sfu_container.negotiation import SlotStreamAllocator, negotiate
from sfu_container.sdp import MAX_CODEC_DETAILS, MAX_LINES, MAX_MEDIA_LINES, parse_offer
from tests.unit.sfu_container.fakes import NODE_FINGERPRINT
from tests.unit.sfu_container.golden import read_golden
from tests.unit.sfu_container.offers import data_section, make_sdp, media_section, usual_offer

TRANSPORT = LocalTransport("192.0.2.1", 8083, "nodeufrag", "nodepassword0123456789", NODE_FINGERPRINT)


def test_session_level_transport_attributes_apply_to_the_bundle() -> None:
    offer = parse_offer(usual_offer(ufrag="wxyz"))
    assert (offer.ice_ufrag, offer.ice_pwd) == ("wxyz", "0123456789abcdefghijklmn")
    assert [f.algorithm for f in offer.fingerprints] == ["sha-256"]


def test_the_transport_of_the_bundles_first_line_wins() -> None:
    section = media_section("0", "audio", "sendonly", "a=ice-ufrag:first", "a=ice-pwd:abcdefghijklmnopqrstuv")
    assert parse_offer(make_sdp(section, ufrag="outer")).ice_ufrag == "first"


def test_simulcast_order_is_that_of_the_simulcast_line() -> None:
    section = media_section(
        "0", "video", "sendonly", "a=rid:f send", "a=rid:q send", "a=simulcast:recv x send q,alt;~f"
    )
    assert parse_offer(make_sdp(section)).media[0].rids == ["q", "f"]


def test_a_bundle_only_line_with_port_zero_is_used() -> None:
    section = ["m=audio 0 UDP/TLS/RTP/SAVPF 111", *media_section("0", "audio", "sendonly", "a=bundle-only")[1:]]
    assert not parse_offer(make_sdp(section)).media[0].rejected


def test_a_line_with_port_zero_is_rejected() -> None:
    section = ["m=audio 0 UDP/TLS/RTP/SAVPF 111", *media_section("0", "audio", "sendonly")[1:]]
    assert parse_offer(make_sdp(section, data_section("1"))).media[0].rejected


def test_unknown_lines_are_skipped() -> None:
    assert parse_offer(usual_offer().replace("s=-\r\n", "s=-\r\na=future:thing\r\nx=?\r\nnonsense\r\n")).media


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("v=0", "v=1", "begins with v=0"),
        ("a=mid:3", "a=mid:0", "mid of its own"),
        ("a=mid:3\r\n", "", "mid of its own"),
        ("a=mid:3", "a=mid:" + "x" * 17, "mid cannot be read"),
        ("a=ice-ufrag:abcd\r\n", "", "ice-ufrag or ice-pwd is missing"),
        ("a=ice-ufrag:abcd", "a=ice-ufrag:a b", "ice-ufrag cannot be read"),
        ("a=fingerprint:sha-256 AB", "a=fingerprint:sha-256 A", "fingerprint cannot be read"),
        ("a=rtpmap:96 VP8/90000", "a=rtpmap:ninety VP8/90000", "rtpmap cannot be read"),
        ("a=rtpmap:96 VP8/90000", "a=rtpmap:300 VP8/90000", "rtpmap is over 127"),
        ("a=extmap:1 urn", "a=extmap:one urn", "extmap cannot be read"),
        ("a=sctp-port:5000", "a=sctp-port:99999", "sctp-port is over 65535"),
        ("m=application 9", "m=application nine", "m-line cannot be read"),
        ("a=rid:q send", "a=rid:q! send", "rid cannot be read"),
    ],
)
def test_what_cannot_be_read_is_named(old: str, new: str, said: str) -> None:
    offer = usual_offer()
    assert old in offer
    with pytest.raises(InvalidOfferError, match=said):
        parse_offer(offer.replace(old, new, 1))


def test_the_line_number_is_named() -> None:
    with pytest.raises(InvalidOfferError, match=r"^line 6: ice-ufrag"):
        parse_offer(usual_offer().replace("a=ice-ufrag:abcd", "a=ice-ufrag:?"))


@pytest.mark.parametrize("text", ["", "v=0\r\n", "\0", "m=audio", "hello"])
def test_what_is_no_offer_is_invalid(text: str) -> None:
    with pytest.raises(InvalidOfferError):
        parse_offer(text)


def test_too_many_m_lines_are_unsupported() -> None:
    sections = [media_section(str(mid), "audio", "recvonly") for mid in range(MAX_MEDIA_LINES + 1)]
    with pytest.raises(UnsupportedOfferError, match="more than 64"):
        parse_offer(make_sdp(*sections))


def test_more_simulcast_streams_than_a_node_takes_are_invalid() -> None:
    rids = [f"a=rid:r{number} send" for number in range(5)]
    with pytest.raises(InvalidOfferError, match="up to 4"):
        parse_offer(make_sdp(media_section("0", "video", "sendonly", *rids)))


def test_a_payload_type_that_is_given_twice_is_invalid() -> None:
    with pytest.raises(InvalidOfferError, match="payload type 96 is given twice"):
        parse_offer(make_sdp(media_section("0", "video", "sendonly", "a=rtpmap:96 VP9/90000")))


def test_feedback_for_all_codecs_counts_for_each() -> None:
    section = [line.replace("rtcp-fb:96", "rtcp-fb:*") for line in media_section("0", "video", "sendonly")]
    (line,) = negotiate(parse_offer(make_sdp(section)), Grants(), SlotStreamAllocator())
    assert line.payload_types[0].feedback == ("nack", "nack pli", "transport-cc")


def test_more_lines_than_a_node_reads_are_invalid() -> None:
    with pytest.raises(InvalidOfferError, match=f"more than {MAX_LINES} lines"):
        parse_offer(usual_offer() + "a=future:thing\r\n" * MAX_LINES)


@pytest.mark.parametrize("detail", ["a=rtcp-fb:* nack", "a=rtcp-fb:96 nack", "a=fmtp:96 x=1", "a=fmtp:5 x=1"])
def test_more_details_of_codecs_than_a_node_reads_are_invalid(detail: str) -> None:
    details = [detail] * MAX_CODEC_DETAILS
    with pytest.raises(InvalidOfferError, match="at most 512 rtcp-fb and fmtp lines"):
        parse_offer(make_sdp(media_section("0", "video", "sendonly", *details)))


def operations(text: str) -> int:
    """How many steps Python's interpreter takes to read and negotiate an offer: the same at every run."""
    count = 0

    def trace(frame: FrameType, event: str, _: Any) -> Any:
        nonlocal count
        frame.f_trace_opcodes, frame.f_trace_lines = True, False
        count += event == "opcode"
        return trace

    tracing = sys.gettrace()
    sys.settrace(trace)
    try:
        with suppress(InvalidOfferError, UnsupportedOfferError):
            negotiate(parse_offer(text), Grants(), SlotStreamAllocator())
    finally:
        sys.settrace(tracing)
    return count


MANY_CODECS = [f"a=rtpmap:{number} opus/48000" for number in range(128) if number != 111]
HOSTILE_LINES = {
    "feedback for all codecs": [*MANY_CODECS, *["a=rtcp-fb:* nack"] * 480],
    "feedback for the last codec": [*MANY_CODECS, *["a=rtcp-fb:127 nack"] * 480],
    "parameters of the last codec": [*MANY_CODECS, *["a=fmtp:127 apt=1"] * 480],
    "rids": ["a=rid:r send"] * 600,
    "simulcast": ["a=rid:r send", "a=simulcast:send " + ";".join("r" * 10_000)],
    "header extensions": ["a=extmap:1 urn:x"] * 600,
}


@pytest.mark.parametrize("lines", HOSTILE_LINES.values(), ids=HOSTILE_LINES)
def test_the_work_for_an_offer_grows_with_its_size_alone(lines: list[str]) -> None:
    usual = read_golden("chromium_offer.sdp")
    hostile = make_sdp(*(media_section(str(mid), "audio", "sendonly", *lines) for mid in range(7)))
    usual_cost, cost = operations(usual) / len(usual), operations(hostile) / len(hostile)
    assert cost < 4 * usual_cost


LINES = read_golden("chromium_offer.sdp").splitlines()
MUTATIONS = st.lists(
    st.tuples(
        st.integers(0, len(LINES) - 1),
        st.sampled_from(["drop", "repeat", "cut", "replace", "insert"]),
        st.text(max_size=30),
        st.integers(0, 60),
    ),
    min_size=1,
    max_size=8,
)


@settings(deadline=None)
@given(MUTATIONS)
def test_a_damaged_offer_never_raises_anything_but_a_coded_error(
    mutations: list[tuple[int, str, str, int]],
) -> None:
    lines = list(LINES)
    for index, how, text, position in mutations:
        index %= len(lines)
        line = lines[index]
        match how:
            case "drop":
                del lines[index]
            case "repeat":
                lines.insert(index, line)
            case "cut":
                lines[index] = line[:position]
            case "replace":
                lines[index] = text
            case "insert":
                lines[index] = line[:position] + text + line[position:]
    with suppress(InvalidOfferError, UnsupportedOfferError):
        lines_of_answer = negotiate(parse_offer("\r\n".join(lines)), Grants(), SlotStreamAllocator())
        assert write_answer(lines_of_answer, TRANSPORT, session=1, version=1).startswith("v=0")
