"""The VP8 payload descriptor (RFC 7741, 4.2) and as much of the frame header as forwarding needs (RFC 6386, 9.1)."""

from __future__ import annotations

import struct
from dataclasses import dataclass

from sfu_container.plain_engine.errors import BadInputError, DropReason

_EXTENDED_BIT = 0x80
_START_BIT = 0x10
_PARTITION_MASK = 0x0F
_PICTURE_ID_BIT = 0x80
_TL0_BIT = 0x40
_TEMPORAL_BIT = 0x20
_KEY_INDEX_BIT = 0x10
_LONG_PICTURE_ID_BIT = 0x80
_LAYER_SYNC_BIT = 0x20
_INTERFRAME_BIT = 0x01
_START_CODE = b"\x9d\x01\x2a"


@dataclass(slots=True)
class Vp8Descriptor:
    """What a packet says about its frame. Fields that it leaves out are None."""

    raw: bytes
    starts_frame: bool = False
    picture_id: int | None = None
    picture_id_bits: int = 15
    """7 or 15, as the sender chose."""
    tl0_index: int | None = None
    temporal_index: int | None = None
    layer_sync: bool = False
    """The frame refers to base layer frames only, so that a receiver may begin to take its layer here."""
    starts_keyframe: bool = False
    height: int | None = None
    """Pixels, known where a keyframe starts."""
    _picture_id_at: int = 0
    _tl0_index_at: int = 0

    def rewritten(self, picture_id: int | None, tl0_index: int | None) -> bytes:
        """The descriptor with other numbers, in the same size. Numbers that it does not carry are not added."""
        raw = bytearray(self.raw)
        if self.picture_id is not None and picture_id is not None:
            if self.picture_id_bits == 15:
                struct.pack_into("!H", raw, self._picture_id_at, 0x8000 | picture_id)
            else:
                raw[self._picture_id_at] = picture_id
        if self.tl0_index is not None and tl0_index is not None:
            raw[self._tl0_index_at] = tl0_index
        return bytes(raw)


def parse_vp8(payload: bytes) -> Vp8Descriptor:
    """Read the descriptor of a payload that is not empty; raises `BadInputError`."""
    try:
        descriptor = _parse_descriptor(payload)
    except IndexError:
        raise BadInputError(DropReason.BAD_RTP) from None
    size = len(descriptor.raw)
    if size >= len(payload):
        raise BadInputError(DropReason.BAD_RTP)
    if descriptor.starts_frame and not payload[size] & _INTERFRAME_BIT:
        descriptor.starts_keyframe = True
        if payload[size + 3 : size + 6] == _START_CODE and len(payload) >= size + 10:
            (height,) = struct.unpack_from("<H", payload, size + 8)
            descriptor.height = height & 0x3FFF
    return descriptor


def _parse_descriptor(payload: bytes) -> Vp8Descriptor:
    first, position = payload[0], 1
    descriptor = Vp8Descriptor(b"", starts_frame=bool(first & _START_BIT) and not first & _PARTITION_MASK)
    flags = 0
    if first & _EXTENDED_BIT:
        flags, position = payload[1], 2
    if flags & _PICTURE_ID_BIT:
        descriptor._picture_id_at = position
        if payload[position] & _LONG_PICTURE_ID_BIT:
            descriptor.picture_id = (payload[position] & 0x7F) << 8 | payload[position + 1]
            position += 2
        else:
            descriptor.picture_id, descriptor.picture_id_bits = payload[position], 7
            position += 1
    if flags & _TL0_BIT:
        descriptor._tl0_index_at = position
        descriptor.tl0_index = payload[position]
        position += 1
    if flags & (_TEMPORAL_BIT | _KEY_INDEX_BIT):
        if flags & _TEMPORAL_BIT:
            descriptor.temporal_index = payload[position] >> 6
            descriptor.layer_sync = bool(payload[position] & _LAYER_SYNC_BIT)
        position += 1
    descriptor.raw = payload[:position]
    return descriptor
