"""Checks on SCTP packets (RFC 9260) that must come before aiortc reads them.

aiortc trusts the lengths inside chunks: a parameter that claims no length keeps it in one place for ever, and a SACK
whose gaps span the whole sequence space costs seconds. Only a Peer that finished its handshake gets this far, but
that is any participant.
"""

from __future__ import annotations

import struct

COMMON_HEADER_BYTES = 12
CHUNK_HEADER_BYTES = 4
PARAMETER_HEADER_BYTES = 4
SACK_HEADER_BYTES = 12
MAX_SACK_SPAN = 4_096
"""Sequence numbers that the gaps of a SACK may cover; a control channel has far fewer in flight."""

SACK = 3
# Where the parameters begin in the body of each chunk that has some: INIT, INIT ACK, HEARTBEAT and its ACK, ABORT,
# ERROR, RE-CONFIG (RFC 6525).
PARAMETER_OFFSETS = {1: 16, 2: 16, 4: 0, 5: 0, 6: 0, 9: 0, 130: 0}

_HEADER = struct.Struct("!BBH")
_PARAMETER = struct.Struct("!HH")
_SACK_COUNTS = struct.Struct("!HH")


def is_safe_packet(data: bytes) -> bool:
    """Whether aiortc can read the packet in bounded time. That it is right in other ways is not said."""
    position = COMMON_HEADER_BYTES
    while position + CHUNK_HEADER_BYTES <= len(data):
        kind, _, length = _HEADER.unpack_from(data, position)
        if length < CHUNK_HEADER_BYTES or position + length > len(data):
            return False
        body = data[position + CHUNK_HEADER_BYTES : position + length]
        if kind in PARAMETER_OFFSETS and not _are_safe_parameters(body, PARAMETER_OFFSETS[kind]):
            return False
        if kind == SACK and not _is_safe_sack(body):
            return False
        position += length + (-length) % 4
    return True


def _are_safe_parameters(body: bytes, position: int) -> bool:
    while position + PARAMETER_HEADER_BYTES <= len(body):
        _, length = _PARAMETER.unpack_from(body, position)
        if length < PARAMETER_HEADER_BYTES:
            return False
        position += length + (-length) % 4
    return True


def _is_safe_sack(body: bytes) -> bool:
    if len(body) < SACK_HEADER_BYTES:
        return False
    gaps, duplicates = _SACK_COUNTS.unpack_from(body, 8)
    if SACK_HEADER_BYTES + 4 * (gaps + duplicates) > len(body):
        return False
    span = 0
    for index in range(gaps):
        start, end = _PARAMETER.unpack_from(body, SACK_HEADER_BYTES + 4 * index)
        span += max(0, end - start + 1)
    return span <= MAX_SACK_SPAN
