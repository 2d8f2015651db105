"""What forwarding needs to know of a packet beyond its RTP header."""

from __future__ import annotations

from dataclasses import dataclass

from sfu_container.engine import Codec
from sfu_container.plain_engine.rtp import RtpPacket
from sfu_container.plain_engine.vp8 import Vp8Descriptor, parse_vp8


@dataclass(slots=True)
class MediaPacket:
    rtp: RtpPacket
    index: int
    """The sequence number, extended so that it never wraps."""
    codec: Codec | None
    """None for a payload type that was not negotiated."""
    frame: Vp8Descriptor | None
    body: bytes
    """The payload behind the descriptor, if there is one. Slots share these bytes."""

    @property
    def is_forwardable(self) -> bool:
        """False for padding and for unknown payload types, which only use up sequence numbers."""
        return self.codec is not None and bool(self.body)

    @property
    def is_switch_point(self) -> bool:
        """Whether a receiver can begin with this packet. Of video codecs only VP8 is looked into."""
        if not self.is_forwardable:
            return False
        return self.frame is None or self.frame.starts_keyframe


def read_media(rtp: RtpPacket, index: int, codec: Codec | None) -> MediaPacket:
    """Look into a packet; raises `BadInputError` for a malformed payload."""
    if codec is not None and rtp.payload and codec.name.upper() == "VP8":
        frame = parse_vp8(rtp.payload)
        return MediaPacket(rtp, index, codec, frame, rtp.payload[len(frame.raw) :])
    return MediaPacket(rtp, index, codec, None, rtp.payload)
