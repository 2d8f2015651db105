"""RTP packets (RFC 3550, 5.1)."""

from __future__ import annotations

import struct
from dataclasses import dataclass, field

from sfu_container.plain_engine.errors import BadInputError, DropReason
from sfu_container.plain_engine.header_extensions import decode_extensions

HEADER_SIZE = 12
_HEADER = struct.Struct("!BBHII")
_EXTENSION_HEADER = struct.Struct("!HH")
_VERSION = 2 << 6
_PADDING_BIT = 0x20
_EXTENSION_BIT = 0x10
_MARKER_BIT = 0x80


@dataclass(slots=True)
class RtpPacket:
    payload_type: int
    marker: bool
    sequence_number: int
    timestamp: int
    ssrc: int
    payload: bytes
    """Without padding; empty in a packet that is only padding."""
    extensions: dict[int, bytes] = field(default_factory=dict)


def is_rtcp(data: bytes) -> bool:
    """Tell RTCP from RTP on one transport by the second byte (RFC 5761, 4); `data` has at least two bytes."""
    return 192 <= data[1] <= 223


def parse_rtp(data: bytes) -> RtpPacket:
    """Read a decrypted packet; raises `BadInputError`."""
    if len(data) < HEADER_SIZE or data[0] >> 6 != 2:
        raise BadInputError(DropReason.BAD_RTP)
    flags, second, sequence_number, timestamp, ssrc = _HEADER.unpack_from(data)
    start = HEADER_SIZE + 4 * (flags & 0x0F)
    extensions: dict[int, bytes] = {}
    if flags & _EXTENSION_BIT:
        if start + 4 > len(data):
            raise BadInputError(DropReason.BAD_RTP)
        profile, words = _EXTENSION_HEADER.unpack_from(data, start)
        extensions = decode_extensions(profile, data[start + 4 : start + 4 + 4 * words])
        start += 4 + 4 * words
    end = len(data) - (data[-1] if flags & _PADDING_BIT else 0)
    if start > end:
        raise BadInputError(DropReason.BAD_RTP)
    return RtpPacket(
        second & 0x7F, bool(second & _MARKER_BIT), sequence_number, timestamp, ssrc, data[start:end], extensions
    )


def build_header(
    marker: bool, payload_type: int, sequence_number: int, timestamp: int, ssrc: int, extension_block: bytes = b""
) -> bytes:
    """A header with an extension block from `encode_extensions`."""
    flags = _VERSION | (_EXTENSION_BIT if extension_block else 0)
    second = payload_type | (_MARKER_BIT if marker else 0)
    return _HEADER.pack(flags, second, sequence_number, timestamp, ssrc) + extension_block


def build_padding(payload_type: int, sequence_number: int, timestamp: int, ssrc: int) -> bytes:
    """A packet of nothing but padding: it takes up a sequence number and carries no media."""
    return _HEADER.pack(_VERSION | _PADDING_BIT, payload_type, sequence_number, timestamp, ssrc) + b"\0\0\0\x04"


def retransmission_header(header: bytes, payload_type: int, sequence_number: int, ssrc: int) -> bytes:
    """The header of the RTX packet (RFC 4588, 4) that repeats the packet with `header`."""
    flags, second, _, timestamp, _ = _HEADER.unpack_from(header)
    second = second & _MARKER_BIT | payload_type
    return _HEADER.pack(flags, second, sequence_number, timestamp, ssrc) + header[HEADER_SIZE:]
