"""RTP, RTCP and VP8 are read and written as another implementation does it."""

from __future__ import annotations

import struct

import pytest
from aiortc import rtp as other
from aiortc.codecs.vpx import VpxPayloadDescriptor
from aiortc.rtcrtpparameters import RTCRtpHeaderExtensionParameters, RTCRtpParameters

from sfu_container.plain_engine import rtcp
from sfu_container.plain_engine.errors import BadInputError
from sfu_container.plain_engine.header_extensions import MID, decode_extensions, encode_extensions
from sfu_container.plain_engine.rtp import build_header, build_padding, is_rtcp, parse_rtp, retransmission_header
from sfu_container.plain_engine.sequence import SequenceExtender, distance
from sfu_container.plain_engine.vp8 import parse_vp8
from tests.unit.plain_engine.packets import vp8


def mid_as_3() -> other.HeaderExtensionsMap:
    extension = RTCRtpHeaderExtensionParameters(id=3, uri=MID)
    ids = other.HeaderExtensionsMap()
    ids.configure(RTCRtpParameters(headerExtensions=[extension]))
    return ids


def test_a_packet_with_everything_is_read() -> None:
    packet = other.RtpPacket(payload_type=96, marker=1, sequence_number=7, timestamp=8, ssrc=9, payload=b"media")
    packet.csrc = [1, 2]
    packet.padding_size = 4
    packet.extensions.mid = "m1"

    read = parse_rtp(packet.serialize(mid_as_3()))

    assert (read.payload_type, read.marker, read.sequence_number, read.timestamp, read.ssrc) == (96, True, 7, 8, 9)
    assert (read.payload, read.extensions) == (b"media", {3: b"m1"})


def test_a_header_is_written_as_others_read_it() -> None:
    data = build_header(True, 96, 65_535, 1 << 31, 9, encode_extensions([(3, b"m1")])) + b"media"
    read = other.RtpPacket.parse(data, mid_as_3())
    assert (read.payload_type, read.marker, read.sequence_number, read.timestamp, read.ssrc) == (
        96,
        1,
        65_535,
        1 << 31,
        9,
    )
    assert (read.payload, read.extensions.mid) == (b"media", "m1")


def test_padding_carries_no_media() -> None:
    read = other.RtpPacket.parse(build_padding(96, 1, 2, 3))
    assert (read.payload, read.padding_size, read.sequence_number) == (b"", 4, 1)


def test_a_retransmission_unwraps_to_the_packet_it_repeats() -> None:
    header = build_header(True, 96, 10, 20, 30)
    data = retransmission_header(header, 97, 500, 31) + struct.pack("!H", 10) + b"media"
    original = other.unwrap_rtx(other.RtpPacket.parse(data), payload_type=96, ssrc=30)
    assert original.serialize() == header + b"media"


@pytest.mark.parametrize(
    "packet",
    [
        pytest.param(b"\x80" + bytes(10), id="no header"),
        pytest.param(b"\x40" + bytes(11), id="version"),
        pytest.param(b"\x83" + bytes(15), id="contributors beyond the end"),
        pytest.param(b"\x90" + bytes(13), id="extension header beyond the end"),
        pytest.param(b"\x90" + bytes(11) + b"\xbe\xde\0\x02" + bytes(4), id="extensions beyond the end"),
        pytest.param(b"\xa0" + bytes(11) + b"\0\0\x04", id="padding beyond the start"),
    ],
)
def test_malformed_packets_are_refused(packet: bytes) -> None:
    with pytest.raises(BadInputError, match="badRtp"):
        parse_rtp(packet)


def test_extensions_that_need_it_are_written_in_the_two_byte_form() -> None:
    for elements in ({20: b"x"}, {1: b""}, {1: bytes(17)}):
        block = encode_extensions(elements.items())
        assert block[:2] == b"\x10\0"
        assert decode_extensions(0x1000, block[4:]) == elements


def test_extensions_of_an_unknown_profile_are_left_alone() -> None:
    assert decode_extensions(0xABCD, b"\x10x\0\0") == {}


def test_rtcp_is_told_from_rtp() -> None:
    assert [is_rtcp(bytes((0x80, second))) for second in (96, 111, 0x80 | 96, 200, 201, 205, 206)] == [
        *[False] * 3,
        *[True] * 4,
    ]


def test_requests_are_written_as_others_read_them() -> None:
    numbers = [65_534, 65_535, 0, 16, 17, 200]
    nack, picture_loss = other.RtcpPacket.parse(rtcp.build_nack(5, numbers) + rtcp.build_keyframe_request(6))
    assert isinstance(nack, other.RtcpRtpfbPacket)
    assert (nack.fmt, nack.media_ssrc, sorted(number % (1 << 16) for number in nack.lost)) == (1, 5, sorted(numbers))
    assert isinstance(picture_loss, other.RtcpPsfbPacket)
    assert (picture_loss.fmt, picture_loss.media_ssrc) == (1, 6)


def test_requests_are_read_as_others_write_them() -> None:
    data = bytes(other.RtcpRtpfbPacket(fmt=1, ssrc=1, media_ssrc=5, lost=[3, 5, 19]))
    data += bytes(other.RtcpPsfbPacket(fmt=1, ssrc=1, media_ssrc=6))
    assert rtcp.parse_rtcp(data) == [rtcp.Nack(5, (3, 5, 19)), rtcp.KeyframeRequest(6)]


def test_reports_are_read_as_others_write_them() -> None:
    block = other.RtcpReceiverInfo(5, 64, -2, 70_000, 9, 10, 11)
    sender = other.RtcpSenderInfo(1 << 63, 12, 13, 14)
    data = bytes(other.RtcpSrPacket(ssrc=4, sender_info=sender, reports=[block]))
    data += bytes(other.RtcpRrPacket(ssrc=4, reports=[block]))
    expected = rtcp.ReportBlock(5, 64, -2, 70_000, 9, 10, 11)
    assert rtcp.parse_rtcp(data) == [rtcp.SenderReport(4, 1 << 63, 12), expected, expected]


def test_reports_are_written_in_packets_of_31_blocks() -> None:
    blocks = [rtcp.ReportBlock(ssrc, 0, -1, 1, 0, 0, 0) for ssrc in range(40)]
    packets = rtcp.build_receiver_reports(blocks)
    reports = [report for packet in packets for report in other.RtcpPacket.parse(packet)]
    assert [len(report.reports) for report in reports if isinstance(report, other.RtcpRrPacket)] == [31, 9]
    assert rtcp.parse_rtcp(b"".join(packets)) == blocks


def test_packets_are_joined_up_to_the_size_of_a_datagram() -> None:
    packets = [rtcp.build_keyframe_request(ssrc) for ssrc in range(250)]
    joined = list(rtcp.compounds(packets))
    assert b"".join(joined) == b"".join(packets)
    assert [len(datagram) for datagram in joined] == [1200, 1200, 600]


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"\x80\xc9", id="no header"),
        pytest.param(b"\0\xc9\0\0", id="version"),
        pytest.param(b"\x80\xc9\0\x02" + bytes(4), id="beyond the end"),
        pytest.param(b"\x82\xc9\0\x01" + bytes(4), id="blocks that are not there"),
        pytest.param(b"\x80\xc8\0\x01" + bytes(4), id="report cut short"),
    ],
)
def test_malformed_rtcp_is_refused(data: bytes) -> None:
    with pytest.raises(BadInputError, match="badRtcp"):
        rtcp.parse_rtcp(data)


@pytest.mark.parametrize(
    "descriptor",
    [
        VpxPayloadDescriptor(partition_start=1, partition_id=0),
        VpxPayloadDescriptor(partition_start=0, partition_id=3, picture_id=5),
        VpxPayloadDescriptor(1, 0, picture_id=32_767, tl0picidx=9),
        VpxPayloadDescriptor(1, 0, picture_id=1, tl0picidx=9, tid=(2, 1), keyidx=4),
        VpxPayloadDescriptor(1, 0, tl0picidx=255, keyidx=4),
    ],
    ids=str,
)
def test_vp8_descriptors_are_read_and_rewritten(descriptor: VpxPayloadDescriptor) -> None:
    read = parse_vp8(bytes(descriptor) + b"\x01frame")
    assert (read.picture_id, read.tl0_index) == (descriptor.picture_id, descriptor.tl0picidx)
    assert read.temporal_index == (descriptor.tid[0] if descriptor.tid else None)
    assert read.starts_frame == bool(descriptor.partition_start and not descriptor.partition_id)

    rewritten, rest = VpxPayloadDescriptor.parse(read.rewritten(77, 88) + b"rest")

    assert rewritten.picture_id == (None if descriptor.picture_id is None else 77)
    assert rewritten.tl0picidx == (None if descriptor.tl0picidx is None else 88)
    assert (rewritten.tid, rewritten.keyidx, rest) == (descriptor.tid, descriptor.keyidx, b"rest")


def test_a_short_picture_id_stays_short() -> None:
    read = parse_vp8(b"\x90\x80\x05\x01frame")
    assert (read.picture_id, read.picture_id_bits) == (5, 7)
    assert read.rewritten(6, None) == b"\x90\x80\x06"


def test_a_keyframe_tells_its_height() -> None:
    keyframe, later = parse_vp8(vp8(height=720)), parse_vp8(vp8())
    assert (keyframe.starts_keyframe, keyframe.height) == (True, 720)
    assert (later.starts_keyframe, later.height) == (False, None)


@pytest.mark.parametrize("payload", [b"\x90", b"\x90\x80", b"\x90\x80\x80", b"\x90\xf0\x80\x01\x02", b"\x10"])
def test_a_payload_without_a_frame_is_refused(payload: bytes) -> None:
    with pytest.raises(BadInputError, match="badRtp"):
        parse_vp8(payload)


def test_indexes_follow_numbers_over_both_wrap_arounds() -> None:
    extender = SequenceExtender()
    first = extender.extend(65_534)
    assert [extender.extend(number) - first for number in (65_535, 1, 0, 65_530, 2)] == [1, 3, 2, -4, 4]
    assert (distance(1, 65_535), distance(65_535, 1)) == (2, -2)
