"""RTCP: the packets that the engine reads and writes (RFC 3550, RFC 4585, RFC 5104)."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from sfu_container.plain_engine.errors import BadInputError, DropReason

LOCAL_SSRC = 1
"""The engine's own SSRC, from which it reports as a receiver."""

SENDER_REPORT = 200
RECEIVER_REPORT = 201
TRANSPORT_FEEDBACK = 205
PAYLOAD_FEEDBACK = 206
GENERIC_NACK = 1
PICTURE_LOSS = 1
FULL_INTRA = 4
TRANSPORT_WIDE = 15

MAX_COMPOUND_SIZE = 1_200
_MAX_BLOCKS = 31
_HEADER = struct.Struct("!BBH")
_BLOCK = struct.Struct("!IIIIII")
_NACK_ITEM = struct.Struct("!HH")


@dataclass(frozen=True, slots=True)
class ReportBlock:
    """Reception of one stream as its receiver sees it (RFC 3550, 6.4.1)."""

    ssrc: int
    fraction_lost: int
    """In 1/256."""
    lost: int
    highest_sequence: int
    jitter: int
    last_report: int
    """The middle 32 bits of the NTP time of the last Sender Report."""
    delay: int
    """Since that report came, in 1/65536 s."""


@dataclass(frozen=True, slots=True)
class SenderReport:
    ssrc: int
    ntp_time: int
    rtp_time: int
    """The stream's timestamp at `ntp_time`."""


@dataclass(frozen=True, slots=True)
class Nack:
    """Packets that the receiver of the stream misses."""

    ssrc: int
    sequence_numbers: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class KeyframeRequest:
    """A PLI, or one entry of a FIR."""

    ssrc: int


RtcpItem = SenderReport | ReportBlock | Nack | KeyframeRequest


def parse_rtcp(data: bytes) -> list[RtcpItem]:
    """What a decrypted compound packet says, as far as the engine cares; raises `BadInputError`."""
    items: list[RtcpItem] = []
    position = 0
    while position < len(data):
        if position + 4 > len(data) or data[position] >> 6 != 2:
            raise BadInputError(DropReason.BAD_RTCP)
        first, kind, words = _HEADER.unpack_from(data, position)
        end = position + 4 + 4 * words
        if end > len(data):
            raise BadInputError(DropReason.BAD_RTCP)
        try:
            items += _parse_one(kind, first & 0x1F, data[position + 4 : end])
        except struct.error:
            raise BadInputError(DropReason.BAD_RTCP) from None
        position = end
    return items


def _parse_one(kind: int, count: int, body: bytes) -> Iterator[RtcpItem]:
    """Read one packet; `count` is the report count or the feedback message type."""
    if kind == SENDER_REPORT:
        ssrc, ntp_time, rtp_time = struct.unpack_from("!IQI", body)
        yield SenderReport(ssrc, ntp_time, rtp_time)
        yield from _parse_blocks(body, 24, count)
    elif kind == RECEIVER_REPORT:
        yield from _parse_blocks(body, 4, count)
    elif kind == TRANSPORT_FEEDBACK and count == GENERIC_NACK:
        yield _parse_nack(body)
    elif kind == PAYLOAD_FEEDBACK and count == PICTURE_LOSS:
        yield KeyframeRequest(struct.unpack_from("!I", body, 4)[0])
    elif kind == PAYLOAD_FEEDBACK and count == FULL_INTRA:
        for position in range(8, len(body) - 7, 8):
            yield KeyframeRequest(struct.unpack_from("!I", body, position)[0])


def _parse_blocks(body: bytes, start: int, count: int) -> Iterator[ReportBlock]:
    for number in range(count):
        ssrc, losses, highest, jitter, last_report, delay = _BLOCK.unpack_from(body, start + number * _BLOCK.size)
        lost = losses & 0xFFFFFF
        signed_lost = lost - (1 << 24) if lost & 0x800000 else lost
        yield ReportBlock(ssrc, losses >> 24, signed_lost, highest, jitter, last_report, delay)


def _parse_nack(body: bytes) -> Nack:
    (ssrc,) = struct.unpack_from("!I", body, 4)
    missing: list[int] = []
    for packet_id, bitmask in _NACK_ITEM.iter_unpack(body[8:]):
        missing.append(packet_id)
        missing += [(packet_id + bit + 1) & 0xFFFF for bit in range(16) if bitmask >> bit & 1]
    return Nack(ssrc, tuple(missing))


def build_nack(ssrc: int, sequence_numbers: Sequence[int]) -> bytes:
    """A Generic NACK; neighbours share an item."""
    body = struct.pack("!II", LOCAL_SSRC, ssrc)
    packet_id: int | None = None
    bitmask = 0
    for number in sequence_numbers:
        ahead = 0 if packet_id is None else (number - packet_id) & 0xFFFF
        if packet_id is not None and 1 <= ahead <= 16:
            bitmask |= 1 << ahead - 1
            continue
        if packet_id is not None:
            body += _NACK_ITEM.pack(packet_id, bitmask)
        packet_id, bitmask = number, 0
    if packet_id is not None:
        body += _NACK_ITEM.pack(packet_id, bitmask)
    return pack(TRANSPORT_FEEDBACK, GENERIC_NACK, body)


def build_keyframe_request(ssrc: int) -> bytes:
    """A Picture Loss Indication."""
    return pack(PAYLOAD_FEEDBACK, PICTURE_LOSS, struct.pack("!II", LOCAL_SSRC, ssrc))


def build_sender_report(report: SenderReport, packets: int, octets: int) -> bytes:
    """A Sender Report without blocks; `octets` counts payload bytes."""
    return pack(
        SENDER_REPORT,
        0,
        struct.pack("!IQIII", report.ssrc, report.ntp_time, report.rtp_time, packets & 0xFFFFFFFF, octets & 0xFFFFFFFF),
    )


def build_receiver_reports(blocks: Sequence[ReportBlock]) -> list[bytes]:
    """As many Receiver Reports as the blocks need; none without blocks."""
    return [
        pack(
            RECEIVER_REPORT,
            len(blocks[start : start + _MAX_BLOCKS]),
            struct.pack("!I", LOCAL_SSRC) + b"".join(_pack_block(b) for b in blocks[start : start + _MAX_BLOCKS]),
        )
        for start in range(0, len(blocks), _MAX_BLOCKS)
    ]


def _pack_block(block: ReportBlock) -> bytes:
    losses = block.fraction_lost << 24 | block.lost & 0xFFFFFF
    return _BLOCK.pack(block.ssrc, losses, block.highest_sequence, block.jitter, block.last_report, block.delay)


def pack(kind: int, count: int, body: bytes) -> bytes:
    """One RTCP packet; the body is in whole words."""
    return _HEADER.pack(2 << 6 | count, kind, len(body) // 4) + body


def compounds(packets: Iterable[bytes]) -> Iterator[bytes]:
    """Join packets into as few datagrams as their size allows (reduced-size RTCP, RFC 5506)."""
    joined = b""
    for packet in packets:
        if joined and len(joined) + len(packet) > MAX_COMPOUND_SIZE:
            yield joined
            joined = b""
        joined += packet
    if joined:
        yield joined
