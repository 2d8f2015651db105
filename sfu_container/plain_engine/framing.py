"""RFC 4571 framing: packets over TCP, each after its size in two bytes."""

from __future__ import annotations

import struct

from sfu_container.plain_engine.errors import BadInputError, DropReason

MAX_FRAME_SIZE = 2_048
_SIZE = struct.Struct("!H")


def frame(packet: bytes) -> bytes:
    """The packet as it goes over TCP."""
    return _SIZE.pack(len(packet)) + packet


class FrameDecoder:
    """Cuts the bytes of one connection into packets; keeps no more than one unfinished frame."""

    def __init__(self) -> None:
        self._buffer = b""

    def feed(self, data: bytes) -> list[bytes]:
        """The packets that `data` completes. Raises `BadInputError` for an empty or too large frame; then hang up.

        RFC 4571 lets empty frames pass, but whoever means well sends none, and many of them are all work and no data.
        """
        buffer = self._buffer + data
        packets = []
        position = 0
        while position + 2 <= len(buffer):
            (size,) = _SIZE.unpack_from(buffer, position)
            if not 0 < size <= MAX_FRAME_SIZE:
                raise BadInputError(DropReason.BAD_FRAME)
            if position + 2 + size > len(buffer):
                break
            packets.append(buffer[position + 2 : position + 2 + size])
            position += 2 + size
        self._buffer = buffer[position:]
        return packets
