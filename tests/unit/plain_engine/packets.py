"""Packets as browsers send them, built by hand."""

from __future__ import annotations

import struct

from aioice import stun

from sfu_container.engine import Codec
from sfu_container.plain_engine import header_extensions as extensions
from sfu_container.plain_engine.header_extensions import encode_extensions
from sfu_container.plain_engine.rtp import build_header

VP8 = Codec(96, "VP8", 90_000, rtx_payload_type=97)
OPUS = Codec(111, "opus", 48_000)

EXTENSIONS = {
    1: extensions.AUDIO_LEVEL,
    2: extensions.ABSOLUTE_SEND_TIME,
    3: extensions.TRANSPORT_SEQUENCE,
    4: extensions.MID,
    10: extensions.RID,
    11: extensions.REPAIRED_RID,
    13: extensions.VIDEO_ORIENTATION,
}
"""By id, as Chromium numbers them."""

IDS = {uri: number for number, uri in EXTENSIONS.items()}


def vp8(
    picture_id: int = 1,
    *,
    height: int | None = None,
    tl0_index: int = 0,
    temporal_index: int = 0,
    layer_sync: bool = False,
    starts_frame: bool = True,
    body: bytes = b"frame",
) -> bytes:
    """A payload; one with a `height` starts a keyframe."""
    layers = temporal_index << 6 | layer_sync << 5
    descriptor = struct.pack("!BBHBB", 0x80 | starts_frame << 4, 0xE0, 0x8000 | picture_id, tl0_index, layers)
    if height is None:
        return descriptor + b"\x01" + body
    size = struct.pack("<HH", height * 16 // 9, height)
    return descriptor + b"\x10\0\0\x9d\x01\x2a" + size + body


def rtp(
    sequence_number: int,
    payload: bytes,
    *,
    ssrc: int,
    payload_type: int = VP8.payload_type,
    timestamp: int = 0,
    marker: bool = True,
    values: dict[str, bytes] | None = None,
) -> bytes:
    """A packet; `values` are header extensions by URI."""
    block = encode_extensions((IDS[uri], value) for uri, value in (values or {}).items())
    number, ticks = sequence_number % (1 << 16), timestamp % (1 << 32)
    return build_header(marker, payload_type, number, ticks, ssrc, block) + payload


def stun_check(ufrag: str, pwd: str, *, nominate: bool = True) -> bytes:
    """A check by a controlling agent, made by another STUN implementation."""
    message = stun.Message(stun.Method.BINDING, stun.Class.REQUEST)
    message.attributes["USERNAME"] = f"{ufrag}:theirs"
    message.attributes["PRIORITY"] = 1
    message.attributes["ICE-CONTROLLING"] = 7
    if nominate:
        message.attributes["USE-CANDIDATE"] = None
    message.add_message_integrity(pwd.encode())
    return bytes(message)
