"""What WHIP and WHEP clients send, read; and what they are sent, written."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parley_protocol.grants import Grants, Source
from parley_protocol.nodes import IceServer
from sfu_container.errors import InvalidOfferError, NotAllowedError, UnsupportedOfferError
from sfu_container.sdp import parse_offer
from sfu_container.whip.fragments import read_ufrag
from sfu_container.whip.ice_servers import links
from sfu_container.whip.offers import publications_of, require_viewer
from tests.unit.sfu_container.offers import data_section, make_sdp, media_section

ICE = "a=ice-ufrag:EsAw\r\na=ice-pwd:P2uYro0UCOQ4zxjKXaWCBui1\r\n"


@pytest.mark.parametrize("direction", ["sendonly", "sendrecv"])
def test_a_publishers_m_lines_are_its_camera_and_microphone(direction: str) -> None:
    offer = parse_offer(make_sdp(media_section("x", "audio", direction), media_section("y", "video", direction)))
    assert [(one.mid, one.source) for one in publications_of(offer)] == [
        ("x", Source.MICROPHONE),
        ("y", Source.CAMERA),
    ]


@pytest.mark.parametrize(
    "sections",
    [
        [media_section("0", "video", "recvonly")],
        [media_section("0", "video", "inactive")],
        [media_section("0", "video", "sendonly"), media_section("1", "video", "sendonly")],
        [media_section("0", "video", "sendonly"), data_section("1")],
    ],
)
def test_a_publisher_that_offers_anything_else_is_refused_as_a_whole(sections: list[list[str]]) -> None:
    with pytest.raises(UnsupportedOfferError):
        publications_of(parse_offer(make_sdp(*sections)))


def test_a_viewer_only_receives_and_must_be_allowed_to() -> None:
    watching = parse_offer(make_sdp(media_section("0", "video", "recvonly"), media_section("1", "audio", "recvonly")))
    require_viewer(watching, Grants())
    with pytest.raises(NotAllowedError):
        require_viewer(watching, Grants(subscribe=False))
    with pytest.raises(UnsupportedOfferError):
        require_viewer(parse_offer(make_sdp(media_section("0", "video", "sendrecv"))), Grants())


def test_a_fragment_names_the_ice_session_however_many_m_lines_repeat_it() -> None:
    head = "a=ice-options:trickle ice2\r\na=group:BUNDLE 0 1\r\n"
    lines = [f"m=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=mid:{mid}\r\n{ICE}" for mid in (0, 1)]
    candidate = "a=candidate:1387637174 1 udp 2122260223 192.0.2.1 61764 typ host generation 0 ufrag EsAw\r\n"
    assert read_ufrag(head + "".join(lines) + candidate + "a=end-of-candidates\r\n") == "EsAw"


@pytest.mark.parametrize(
    "fragment",
    [
        "",
        "garbage",
        "a=ice-ufrag:EsAw\r\n",
        ICE + "a=ice-ufrag:Other\r\n",
        ICE.replace("EsAw", "Es\0w"),
        ICE.replace("EsAw", "a"),
        ICE + "a=x\r\n" * 600,
    ],
)
def test_what_does_not_name_one_ice_session_is_no_fragment(fragment: str) -> None:
    with pytest.raises(InvalidOfferError):
        read_ufrag(fragment)


@given(st.text(max_size=400))
def test_no_text_breaks_the_reading_of_fragments(text: str) -> None:
    for body in (text, ICE + text):
        try:
            assert read_ufrag(body)
        except InvalidOfferError:
            continue


def test_ice_servers_are_links_with_their_credentials() -> None:
    servers = [
        IceServer(urls=("stun:stun.example.net",)),
        IceServer(urls=("turn:a.example?transport=udp", "turns:a.example"), username='1:"par"', credential="a\\b="),
    ]
    signed = r'; rel="ice-server"; username="1:\"par\""; credential="a\\b="; credential-type="password"'
    assert links(servers) == [
        '<stun:stun.example.net>; rel="ice-server"',
        f"<turn:a.example?transport=udp>{signed}",
        f"<turns:a.example>{signed}",
    ]
