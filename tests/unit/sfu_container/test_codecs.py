"""Which payload types of an m-line are taken, and what is answered to them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sfu_container.codecs import OPUS_PARAMETERS, NegotiatedCodec, publication_codecs, slot_codecs
from sfu_container.engine import MediaKind
from sfu_container.errors import UnsupportedOfferError
from sfu_container.h264 import H264Profile, profile_of
from sfu_container.offer import MediaLine
from sfu_container.sdp import parse_offer
from tests.unit.sfu_container.offers import make_sdp


def media_line(*codecs: str, kind: str = "video") -> MediaLine:
    """An m-line of codecs, each `number name/rate`, after a semicolon perhaps with its `fmtp`."""
    lines = []
    for codec in codecs:
        described, _, parameters = codec.partition(";")
        number = described.split()[0]
        lines += [f"a=rtpmap:{described}", *([f"a=fmtp:{number} {parameters}"] if parameters else [])]
        lines.append(f"a=rtcp-fb:{number} nack")
    numbers = " ".join(codec.split()[0] for codec in codecs)
    section = [f"m={kind} 9 UDP/TLS/RTP/SAVPF {numbers}", "a=mid:0", "a=sendonly", "a=rtcp-mux", *lines]
    return parse_offer(make_sdp(section)).media[0]


def published(*codecs: str, kind: MediaKind = "video") -> tuple[NegotiatedCodec, ...]:
    return publication_codecs(media_line(*codecs, kind=kind), kind, has_transport_feedback=True)


def received(*codecs: str, kind: MediaKind = "video") -> tuple[NegotiatedCodec, ...]:
    return slot_codecs(media_line(*codecs, kind=kind), kind, has_transport_feedback=True)


def numbers(codecs: tuple[NegotiatedCodec, ...]) -> list[int]:
    return [negotiated.codec.payload_type for negotiated in codecs]


ALL = ("45 AV1/90000", "98 VP9/90000", "96 VP8/90000", "108 H264/90000;packetization-mode=1;profile-level-id=42e01f")


def test_a_publication_gets_each_codec_in_the_order_offered() -> None:
    assert [negotiated.codec.name for negotiated in published(*ALL)] == ["AV1", "VP9", "VP8", "H264"]
    assert [negotiated.codec.name for negotiated in published(*reversed(ALL))] == ["H264", "VP8", "VP9", "AV1"]


def test_each_codec_has_its_own_retransmissions() -> None:
    codecs = published(
        "96 VP8/90000", "97 rtx/90000;apt=96", "98 VP9/90000", "99 rtx/90000;apt=98", "100 rtx/90000;apt=96"
    )
    assert [negotiated.codec.rtx_payload_type for negotiated in codecs] == [97, 99]


@pytest.mark.parametrize("apt", ["", "apt=", "apt=x", "apt=9999", "apt=-96", "APT", "apt=97"])
def test_retransmissions_of_nothing_are_left_out(apt: str) -> None:
    codecs = published("96 VP8/90000", f"97 rtx/90000;{apt}")
    assert [negotiated.codec.rtx_payload_type for negotiated in codecs] == [None]


@pytest.mark.parametrize(
    ("profile_level_id", "profile"),
    [
        ("42e01f", H264Profile.CONSTRAINED_BASELINE),
        ("42E01F", H264Profile.CONSTRAINED_BASELINE),
        ("42c02a", H264Profile.CONSTRAINED_BASELINE),
        ("4d801f", H264Profile.CONSTRAINED_BASELINE),
        ("58c01f", H264Profile.CONSTRAINED_BASELINE),
        ("42001f", H264Profile.BASELINE),
        ("58801f", H264Profile.BASELINE),
        ("4d001f", H264Profile.MAIN),
        ("640c1f", H264Profile.CONSTRAINED_HIGH),
        ("64001f", H264Profile.HIGH),
        ("f4001f", None),
        ("6e001f", None),
        ("42e01", None),
        ("42e01ff", None),
        ("zzzzzz", None),
        ("", None),
    ],
)
def test_the_profile_is_read_from_the_profile_level_id(profile_level_id: str, profile: H264Profile | None) -> None:
    assert profile_of(profile_level_id) is profile


def test_of_several_h264_payload_types_a_publication_gets_the_one_that_most_can_decode() -> None:
    (codec,) = published(
        "100 H264/90000;packetization-mode=1;profile-level-id=64001f",
        "102 H264/90000;level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42001f",
        "104 H264/90000;packetization-mode=0;profile-level-id=42e01f",
        "108 H264/90000;level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f",
        "116 H264/90000;packetization-mode=1;profile-level-id=4d001f",
    )
    assert codec.codec.payload_type == 108
    assert codec.codec.profiles == ("constrainedBaseline/1",)
    assert codec.parameters == "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f"


def test_a_slot_gets_every_h264_payload_type_that_differs_with_all_that_it_decodes() -> None:
    codecs = received(
        "100 H264/90000;packetization-mode=1;profile-level-id=64001f",
        "101 H264/90000;packetization-mode=1;profile-level-id=640028",
        "104 H264/90000;profile-level-id=42e01f",
    )
    assert [(negotiated.codec.payload_type, negotiated.codec.profiles) for negotiated in codecs] == [
        (
            100,
            (
                "high/1",
                "high/0",
                "constrainedHigh/1",
                "constrainedHigh/0",
                "main/1",
                "main/0",
                "constrainedBaseline/1",
                "constrainedBaseline/0",
            ),
        ),
        (104, ("constrainedBaseline/0",)),
    ]


def test_h264_without_parameters_is_baseline_in_single_packets() -> None:
    (codec,) = published("102 H264/90000")
    assert codec.codec.profiles == ("baseline/0",)
    assert codec.parameters == "packetization-mode=0;profile-level-id=42000a"


@pytest.mark.parametrize(
    "unknown",
    [
        "98 H264/90000;packetization-mode=2;profile-level-id=42e01f",
        "98 H264/90000;packetization-mode=1;profile-level-id=f4001f",
        "98 H264/90000;packetization-mode=01;profile-level-id=42e01f",
        "98 H264/48000;packetization-mode=1;profile-level-id=42e01f",
        "98 VP9/90000;profile-id=2",
        "98 AV1/90000;profile=1",
        "98 AV1/1000",
        "98 VP8/0",
        "98 H265/90000",
        "98 red/90000",
        "98 flexfec-03/90000",
        "72 VP9/90000",
    ],
)
def test_what_the_node_does_not_carry_is_left_out(unknown: str) -> None:
    for codecs in (published(unknown, "96 VP8/90000"), received(unknown, "96 VP8/90000")):
        assert numbers(codecs) == [96]
    with pytest.raises(UnsupportedOfferError, match="m-line 0 does not offer VP8"):
        published(unknown)


@pytest.mark.parametrize("unknown", ["111 opus/48000", "111 opus/8000/2", "0 PCMU/8000", "63 red/48000/2;111/111"])
def test_sound_that_is_no_opus_is_left_out(unknown: str) -> None:
    with pytest.raises(UnsupportedOfferError, match="m-line 0 does not offer opus"):
        received(unknown, kind="audio")


@pytest.mark.parametrize("blocks", ["111/111", "111", "111/111/111"])
def test_copies_of_earlier_sound_are_taken_in_the_order_offered(blocks: str) -> None:
    for read in (published, received):
        preferred = read(f"63 red/48000/2;{blocks}", "111 opus/48000/2", kind="audio")
        assert [(codec.codec.name, codec.parameters) for codec in preferred] == [
            ("red", blocks),
            ("opus", OPUS_PARAMETERS),
        ]
        assert numbers(read("111 opus/48000/2", f"63 red/48000/2;{blocks}", kind="audio")) == [111, 63]


@pytest.mark.parametrize("red", ["63 red/48000/2", "63 red/48000/2;111/0", "63 red/48000/2;x", "63 red/8000;111/111"])
def test_copies_of_other_sound_than_opus_are_left_out(red: str) -> None:
    assert numbers(received(red, "0 PCMU/8000", "111 opus/48000/2", kind="audio")) == [111]


@pytest.mark.parametrize(
    ("offered", "answered"),
    [
        ("45 AV1/90000", "profile=0"),
        ("45 AV1/90000;level-idx=5;profile=0;tier=0", "level-idx=5;profile=0;tier=0"),
        ("45 AV1/90000;level-idx=99;tier=2", "profile=0"),
        ("98 VP9/90000", "profile-id=0"),
        ("98 VP9/90000;profile-id=0;max-fs=12288", "profile-id=0"),
        ("98 vp9/90000;PROFILE-ID = 0 ; x", "profile-id=0"),
    ],
)
def test_parameters_are_answered_as_far_as_they_are_understood(offered: str, answered: str) -> None:
    (codec,) = published(offered)
    assert codec.parameters == answered


def test_a_slot_without_transport_wide_feedback_is_told_the_receivers_estimate() -> None:
    section = ["m=video 9 UDP/TLS/RTP/SAVPF 96", "a=mid:0", "a=recvonly", "a=rtpmap:96 VP8/90000"]
    feedback = ["a=rtcp-fb:96 goog-remb", "a=rtcp-fb:96 transport-cc", "a=rtcp-fb:96 nack pli"]
    media = parse_offer(make_sdp([*section, *feedback])).media[0]
    (wide,) = slot_codecs(media, "video", has_transport_feedback=True)
    (narrow,) = slot_codecs(media, "video", has_transport_feedback=False)
    (upward,) = publication_codecs(media, "video", has_transport_feedback=False)
    assert wide.feedback == ("nack pli", "transport-cc")
    assert narrow.feedback == ("nack pli", "goog-remb")
    assert upward.feedback == ("nack pli",)


PARAMETERS = st.lists(
    st.tuples(
        st.sampled_from(["profile-level-id", "packetization-mode", "level-asymmetry-allowed", "apt", "x"]),
        st.sampled_from(["=", "==", " = ", ""]),
        st.text(st.characters(min_codepoint=33, max_codepoint=126), max_size=12),
    ),
    max_size=5,
)


@given(PARAMETERS)
def test_no_parameters_make_anything_but_a_valid_answer(parameters: list[tuple[str, str, str]]) -> None:
    text = ";".join("".join(parts) for parts in parameters)
    for negotiated in published("96 VP8/90000", f"102 H264/90000;{text}"):
        for parameter in filter(None, negotiated.parameters.split(";")):
            name, _, value = parameter.partition("=")
            assert name in ("profile-level-id", "packetization-mode", "level-asymmetry-allowed")
            assert value.isalnum()
