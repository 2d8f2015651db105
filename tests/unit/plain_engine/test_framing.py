"""Packets over TCP, however the bytes are cut."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sfu_container.plain_engine.errors import BadInputError
from sfu_container.plain_engine.framing import MAX_FRAME_SIZE, FrameDecoder, frame


@settings(deadline=None)
@given(st.lists(st.binary(min_size=1, max_size=50), max_size=20), st.integers(1, 9))
def test_packets_come_out_as_they_went_in(packets: list[bytes], step: int) -> None:
    stream = b"".join(frame(packet) for packet in packets)
    decoder = FrameDecoder()
    out = [packet for start in range(0, len(stream), step) for packet in decoder.feed(stream[start : start + step])]
    assert out == packets


def test_the_largest_frame_passes() -> None:
    assert FrameDecoder().feed(frame(bytes(MAX_FRAME_SIZE))) == [bytes(MAX_FRAME_SIZE)]


def test_an_empty_frame_is_refused() -> None:
    with pytest.raises(BadInputError, match="badFrame"):
        FrameDecoder().feed(bytes(2))


def test_a_frame_that_is_too_large_is_refused_by_its_size_alone() -> None:
    with pytest.raises(BadInputError, match="badFrame"):
        FrameDecoder().feed((MAX_FRAME_SIZE + 1).to_bytes(2))
