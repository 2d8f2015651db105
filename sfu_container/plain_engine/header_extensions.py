"""RTP header extensions (RFC 8285): the URIs that the engine knows, and both wire forms."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Mapping

MID = "urn:ietf:params:rtp-hdrext:sdes:mid"
RID = "urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id"
REPAIRED_RID = "urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id"
AUDIO_LEVEL = "urn:ietf:params:rtp-hdrext:ssrc-audio-level"
ABSOLUTE_SEND_TIME = "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time"
VIDEO_ORIENTATION = "urn:3gpp:video-orientation"
TRANSPORT_SEQUENCE = "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01"

FORWARDED = (AUDIO_LEVEL, ABSOLUTE_SEND_TIME, VIDEO_ORIENTATION)
"""What passes from a Publication to a Slot under the Slot's own ids; everything else belongs to one hop."""

_ONE_BYTE_PROFILE = 0xBEDE
_TWO_BYTE_PROFILE = 0x1000
_PADDING_ID = 0
_RESERVED_ID = 15


def ids_by_uri(extensions: Mapping[int, str]) -> dict[str, int]:
    """Turn the negotiated id → URI map around."""
    return {uri: extension_id for extension_id, uri in extensions.items()}


def decode_extensions(profile: int, block: bytes) -> dict[int, bytes]:
    """The elements of an extension block (without its 4-byte header) by id; what is cut short is left out."""
    if profile == _ONE_BYTE_PROFILE:
        return _decode_one_byte(block)
    if profile & 0xFFF0 == _TWO_BYTE_PROFILE:
        return _decode_two_byte(block)
    return {}


def _decode_one_byte(block: bytes) -> dict[int, bytes]:
    elements: dict[int, bytes] = {}
    position = 0
    while position < len(block):
        extension_id, size = block[position] >> 4, (block[position] & 0x0F) + 1
        position += 1
        if extension_id == _PADDING_ID:
            continue
        if extension_id == _RESERVED_ID or position + size > len(block):
            break
        elements[extension_id] = block[position : position + size]
        position += size
    return elements


def _decode_two_byte(block: bytes) -> dict[int, bytes]:
    elements: dict[int, bytes] = {}
    position = 0
    while position < len(block):
        extension_id = block[position]
        position += 1
        if extension_id == _PADDING_ID:
            continue
        if position >= len(block) or position + 1 + block[position] > len(block):
            break
        size = block[position]
        elements[extension_id] = block[position + 1 : position + 1 + size]
        position += 1 + size
    return elements


def encode_extensions(elements: Iterable[tuple[int, bytes]]) -> bytes:
    """An extension block with its header, padded to whole words; empty when there are no elements.

    The one-byte form is used unless an id or a size needs the two-byte form.
    """
    pairs = list(elements)
    if not pairs:
        return b""
    if all(extension_id < _RESERVED_ID and 1 <= len(value) <= 16 for extension_id, value in pairs):
        profile = _ONE_BYTE_PROFILE
        body = b"".join(bytes((extension_id << 4 | len(value) - 1,)) + value for extension_id, value in pairs)
    else:
        profile = _TWO_BYTE_PROFILE
        body = b"".join(bytes((extension_id, len(value))) + value for extension_id, value in pairs)
    body += bytes(-len(body) % 4)
    return struct.pack("!HH", profile, len(body) // 4) + body
