"""Whatever comes in at any entry, nothing is raised and everybody else goes on."""

from __future__ import annotations

import struct
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pylibsrtp import Error as LibsrtpError

from sfu_container.engine import Encoding, StreamStarted
from sfu_container.plain_engine import rtcp
from sfu_container.plain_engine.errors import BadInputError, DropReason
from sfu_container.plain_engine.framing import FrameDecoder
from sfu_container.plain_engine.header_extensions import MID, decode_extensions, encode_extensions
from sfu_container.plain_engine.ice_agent import Path
from sfu_container.plain_engine.rtp import parse_rtp
from sfu_container.plain_engine.slot_output import MAX_RESENT_PER_SECOND
from sfu_container.plain_engine.srtp import MAX_SOURCES
from sfu_container.plain_engine.stun import parse_binding_request
from sfu_container.plain_engine.vp8 import parse_vp8
from tests.unit.plain_engine.packets import IDS, rtp, stun_check, vp8
from tests.unit.plain_engine.world import Client, World, route

VALID = [
    stun_check("ufrag-ann", "pwd-ann"),
    rtp(1, vp8(1, height=720), ssrc=100, values=dict.fromkeys(IDS, b"x")),
    rtcp.build_nack(900, [1, 2, 40]),
    rtcp.build_sender_report(rtcp.SenderReport(100, 1, 2), 3, 4),
    rtcp.build_receiver_reports([rtcp.ReportBlock(900, 1, 2, 3, 4, 5, 6)])[0],
    b"\x16\xfe\xfd dtls",
]


def mutated() -> st.SearchStrategy[bytes]:
    """Valid packets with bytes changed, cut off or added."""

    @st.composite
    def build(draw: st.DrawFn) -> bytes:
        packet = bytearray(draw(st.sampled_from(VALID)))
        for position in draw(st.lists(st.integers(0, len(packet) - 1), max_size=4)):
            packet[position] = draw(st.integers(0, 255))
        return bytes(packet[: draw(st.integers(0, len(packet)))]) + draw(st.binary(max_size=8))

    return build()


ANYTHING = st.one_of(st.binary(max_size=200), mutated())


def meeting() -> tuple[World, Client, Client]:
    """`ann` sends video and sound to `bob`."""
    world = World()
    ann, bob = world.client("ann"), world.client("bob")
    ann.publish("camera", Encoding(ssrc=100, rtx_ssrc=101))
    ann.publish("mic", Encoding(ssrc=200), kind="audio", mid="1")
    bob.add_slot("slot", 900, rtx_ssrc=901)
    bob.add_slot("sound", 902, kind="audio", mid="6")
    for client in (ann, bob):
        world.forwarder.route_speakers(client.name, "room", world.now)
    route(world, "slot", "camera", max_temporal=1)
    ann.send_media(rtp(1, vp8(1, height=720), ssrc=100))
    return world, ann, bob


@given(st.lists(ANYTHING, max_size=10))
@settings(max_examples=150, deadline=None)
def test_datagrams_from_anywhere_never_raise(datagrams: list[bytes]) -> None:
    world, ann, _ = meeting()
    world.clients[Path("tcp", ("203.0.113.1", 1))] = Client(world, "ann", ann.path)
    for data in datagrams:
        for path in (ann.path, Path("tcp", ("203.0.113.1", 1))):
            world.forwarder.receive(path, data, world.now)
        world.advance(0.02)


@given(st.lists(ANYTHING, max_size=10))
@settings(max_examples=150, deadline=None)
def test_what_a_peer_encrypts_never_raises_and_others_are_not_disturbed(packets: list[bytes]) -> None:
    world, ann, bob = meeting()
    eve = world.client("eve")
    eve.publish("evil", Encoding("q"), Encoding("f"))
    eve.add_slot("evil-slot", 900)
    route(world, "evil-slot", "camera")
    for data in packets:
        if len(data) >= 12 and data[0] >> 6 == 2:
            with suppress(LibsrtpError):  # it does not encrypt everything
                eve.send(eve.protect(data))
        world.advance(0.02)

    bob.take_media()
    ann.send_media(rtp(2, vp8(2, height=720), ssrc=100))
    assert len(bob.rtp) == 1


@given(ANYTHING)
@settings(deadline=None)
def test_parsers_raise_nothing_but_their_own_error(data: bytes) -> None:
    for parse in (parse_rtp, rtcp.parse_rtcp, parse_binding_request, FrameDecoder().feed):
        try:
            parse(data)
        except BadInputError:
            continue
    if data:
        try:
            parse_vp8(data)
        except BadInputError:
            return


@given(st.dictionaries(st.integers(1, 255), st.binary(max_size=30), max_size=8))
@settings(deadline=None)
def test_header_extensions_are_read_as_they_were_written(elements: dict[int, bytes]) -> None:
    block = encode_extensions(elements.items())
    if elements:
        profile, words = struct.unpack_from("!HH", block)
        assert words * 4 + 4 == len(block)
        assert decode_extensions(profile, block[4:]) == elements
    else:
        assert block == b""


def test_a_peer_may_use_only_so_many_ssrcs() -> None:
    world, ann, _ = meeting()
    for ssrc in range(1000, 1000 + MAX_SOURCES + 5):
        ann.send_media(rtp(1, vp8(), ssrc=ssrc))
    assert world.dropped(DropReason.TOO_MANY_STREAMS) >= 5


@pytest.mark.parametrize("first", [4, 19, 64, 127, 192, 255])
def test_unknown_protocols_are_counted(first: int) -> None:
    world, ann, _ = meeting()
    ann.send(bytes((first,)) * 30)
    assert world.dropped(DropReason.UNKNOWN_PROTOCOL) == 1


def test_a_nack_for_everything_is_answered_within_limits() -> None:
    world, ann, bob = meeting()
    for number in range(2, 1000):
        ann.send_media(rtp(number, vp8(number), ssrc=100))
    numbers = [packet.sequence_number for packet in bob.take_media()]
    for _ in range(2):
        bob.send_rtcp(rtcp.build_nack(900, numbers))
    assert len(bob.take_media()) == MAX_RESENT_PER_SECOND

    world.advance(1.1)
    bob.send_rtcp(rtcp.build_nack(900, numbers[-3:]))
    assert len(bob.take_media()) == 3


def test_a_flood_of_sender_reports_is_not_passed_on() -> None:
    world, ann, bob = meeting()
    reports = [rtcp.build_sender_report(rtcp.SenderReport(100, number, number), 0, 0) for number in range(40)]
    ann.send_rtcp(*reports)
    assert len(bob.take_feedback()) == 1

    world.advance(0.3)
    ann.send_rtcp(*reports)
    assert len(bob.take_feedback()) == 1


def test_two_ssrcs_that_take_turns_for_an_encoding_cause_no_flood_of_events() -> None:
    world, ann, _ = meeting()
    world.events.clear()
    for number in range(2, 20):
        ann.send_media(rtp(number, vp8(number, height=720), ssrc=100 + number % 2 * 9, values={MID: b"0"}))
    assert len(world.take_events(StreamStarted)) == 1
