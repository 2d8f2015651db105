"""Which SCTP packets aiortc is let to read."""

import struct

import pytest
from aiortc.rtcsctptransport import (
    COOKIE_LENGTH,
    AbortChunk,
    CookieEchoChunk,
    DataChunk,
    HeartbeatChunk,
    InitChunk,
    ReconfigChunk,
    SackChunk,
    serialize_packet,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from sfu_container.sctp_guard import MAX_SACK_SPAN, is_safe_packet

HEADER = b"\x13\x88\x13\x88" + bytes(8)


def chunk(kind: int, body: bytes) -> bytes:
    return struct.pack("!BBH", kind, 0, len(body) + 4) + body + b"\0" * (-len(body) % 4)


def sack(gaps: list[tuple[int, int]]) -> bytes:
    body = struct.pack("!LLHH", 1, 1000, len(gaps), 0) + b"".join(struct.pack("!HH", *gap) for gap in gaps)
    return HEADER + chunk(3, body)


def usual_chunks() -> list[object]:
    init = InitChunk()
    init.params = [(0xC000, b""), (0x8008, b"\xc0\x82")]
    echo = CookieEchoChunk()
    echo.body = bytes(COOKIE_LENGTH)
    data = DataChunk(flags=3)
    data.user_data = b"hello"
    received = SackChunk()
    received.gaps = [(2, 3)]
    received.duplicates = [7]
    heartbeat = HeartbeatChunk()
    heartbeat.params = [(1, b"12345")]
    reconfig = ReconfigChunk()
    reconfig.params = [(13, bytes(14))]
    return [init, echo, data, received, heartbeat, reconfig, AbortChunk()]


@pytest.mark.parametrize("one", usual_chunks(), ids=lambda one: type(one).__name__)
def test_what_a_right_sender_sends_is_read(one: object) -> None:
    assert is_safe_packet(serialize_packet(5000, 5000, 1, one))  # type: ignore[arg-type] # any chunk


@pytest.mark.parametrize(("kind", "offset"), [(1, 16), (2, 16), (4, 0), (5, 0), (6, 0), (9, 0), (130, 0)])
def test_a_parameter_that_claims_no_length_is_not_read(kind: int, offset: int) -> None:
    assert not is_safe_packet(HEADER + chunk(kind, bytes(offset) + struct.pack("!HH", 1, 0)))


def test_gaps_over_the_whole_sequence_space_are_not_read() -> None:
    assert is_safe_packet(sack([(1, MAX_SACK_SPAN)]))
    assert not is_safe_packet(sack([(1, MAX_SACK_SPAN), (1, 1)]))
    assert not is_safe_packet(sack([(1, 65_535)] * 100))


def test_more_gaps_than_the_chunk_holds_are_not_read() -> None:
    assert not is_safe_packet(HEADER + chunk(3, struct.pack("!LLHH", 1, 1000, 2, 0)))


def test_a_chunk_with_an_impossible_length_is_not_read() -> None:
    assert not is_safe_packet(HEADER + struct.pack("!BBH", 0, 0, 3))
    assert not is_safe_packet(HEADER + struct.pack("!BBH", 0, 0, 100))


@settings(deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_are_judged(data: bytes) -> None:
    assert is_safe_packet(data) in (True, False)
    assert is_safe_packet(HEADER + data) in (True, False)
