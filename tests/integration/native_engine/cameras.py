"""Cameras that send a picture in two sizes, as browsers do, and what decodes them at the far end.

H264 is what x264 encodes, and FFmpeg decodes it. Of VP9 and AV1, which nothing here encodes in spatial layers, only the
descriptors are real: the payload says which frames a frame needs, and that they have come counts as decoding it.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Protocol

import av
from av.video.codeccontext import VideoCodecContext

from sfu_container.engine import Codec, Encoding
from sfu_container.header_extensions import DEPENDENCY_DESCRIPTOR, MID, RID

HEIGHTS = (180, 360)
MID_ID, RID_ID, DESCRIPTOR_ID = 4, 10, 5
EXTENSIONS = {MID_ID: MID, RID_ID: RID, DESCRIPTOR_ID: DEPENDENCY_DESCRIPTOR}
FIRST_SSRC = 100
RTP_HEADER_BYTES = 12
MARK = struct.Struct("!III")
"""At the end of a payload: the frame's number, and those of up to two that it needs; 0 is none."""
FIRST_FRAME = 0xFFF0
"""Shortly before the numbers wrap that a descriptor has 16 bits for."""
MAX_UNIT = 1_000
"""Bytes of a NAL unit that are sent in one packet."""


@dataclass(frozen=True)
class Part:
    """One packet of a picture, before it has a header."""

    stream: int
    payload: bytes
    is_last: bool
    descriptor: bytes = b""


class Camera(Protocol):
    codec: Codec
    encodings: tuple[Encoding, ...]

    def shoot(self, number: int, is_key: bool) -> Iterator[Part]:
        """Picture `number`, from 0, in all sizes."""


class Decoder(Protocol):
    def take(self, parts: list[tuple[bytes, bytes]]) -> int | None:
        """Decode the payloads of one picture with their dependency descriptors; the height of what is shown."""


def packet(codec: Codec, part: Part, sequence: int, timestamp: int, rid: str | None) -> bytes:
    """The RTP packet of a part, with header extensions (RFC 8285) by which its stream is found."""
    elements = {MID_ID: b"0", **({RID_ID: rid.encode()} if rid else {})}
    if part.descriptor:
        elements[DESCRIPTOR_ID] = part.descriptor
    extension = b"".join(struct.pack("!BB", number, len(data)) + data for number, data in elements.items())
    extension += bytes(-len(extension) % 4)
    marker = 0x80 if part.is_last else 0
    header = struct.pack(
        "!BBHII", 0x90, marker | codec.payload_type, sequence % 65_536, timestamp, FIRST_SSRC + part.stream
    )
    return header + struct.pack("!HH", 0x1000, len(extension) // 4) + extension + part.payload


class H264Simulcast:
    codec: Codec = Codec(108, "H264", 90_000, profiles=("constrainedBaseline/1",))
    encodings: tuple[Encoding, ...] = (Encoding(rid="q"), Encoding(rid="f"))

    def __init__(self) -> None:
        self._encoders = [_x264(height) for height in HEIGHTS]

    def shoot(self, number: int, is_key: bool) -> Iterator[Part]:
        for stream, encoder in enumerate(self._encoders):
            frame = av.VideoFrame(encoder.width, encoder.height, "yuv420p")
            for plane in frame.planes:
                plane.update(bytes([number * 3 % 256]) * plane.buffer_size)
            frame.pts = number
            frame.pict_type = av.video.frame.PictureType.I if is_key else av.video.frame.PictureType.NONE
            units = [unit for encoded in encoder.encode(frame) for unit in _units(bytes(encoded))]
            payloads = [payload for unit in units for payload in _packetize(unit)]
            for payload in payloads:
                yield Part(stream, payload, is_last=payload is payloads[-1])


def _x264(height: int) -> VideoCodecContext:
    encoder = av.CodecContext.create("libx264", "w")
    assert isinstance(encoder, VideoCodecContext)
    encoder.width, encoder.height, encoder.pix_fmt = height * 16 // 9, height, "yuv420p"
    encoder.time_base = Fraction(1, 30)
    encoder.options = {"preset": "ultrafast", "tune": "zerolatency", "profile": "baseline", "forced-idr": "1"}
    return encoder


def _units(stream: bytes) -> list[bytes]:
    """The NAL units between start codes (ITU-T H.264, annex B)."""
    return [unit for unit in stream.replace(b"\0\0\0\1", b"\0\0\1").split(b"\0\0\1") if unit]


def _packetize(unit: bytes) -> Iterator[bytes]:
    """One packet, or fragments (RFC 6184, 5.8)."""
    if len(unit) <= MAX_UNIT:
        yield unit
        return
    for start in range(1, len(unit), MAX_UNIT):
        begins, ends = start == 1, start + MAX_UNIT >= len(unit)
        flags = begins << 7 | ends << 6 | unit[0] & 0x1F
        yield bytes([unit[0] & 0xE0 | 28, flags]) + unit[start : start + MAX_UNIT]


class H264Decoder:
    def __init__(self) -> None:
        self._decoder = av.CodecContext.create("h264", "r")
        assert isinstance(self._decoder, VideoCodecContext)
        # One picture in, one out.
        self._decoder.thread_type = "SLICE"

    def take(self, parts: list[tuple[bytes, bytes]]) -> int | None:
        stream = b""
        for payload, _ in parts:
            if payload[0] & 0x1F != 28:
                stream += b"\0\0\0\1" + payload
            elif payload[1] & 0x80:
                stream += b"\0\0\0\1" + bytes([payload[0] & 0xE0 | payload[1] & 0x1F]) + payload[2:]
            else:
                stream += payload[2:]
        assert isinstance(self._decoder, VideoCodecContext)
        (frame,) = self._decoder.decode(av.Packet(stream))
        return frame.height


def _marked(number: int, layer: int, is_key: bool) -> bytes:
    """Frame numbers count the layers of a picture one after the other, from 1."""
    frame = 2 * number + layer + 1
    return b"\x55" * 40 + MARK.pack(frame, 0 if is_key else frame - 2, frame - 1 if layer else 0)


class Vp9Layers:
    """L2T1 in non-flexible mode (RFC 9628)."""

    codec: Codec = Codec(98, "VP9", 90_000)
    encodings: tuple[Encoding, ...] = (Encoding(),)

    def shoot(self, number: int, is_key: bool) -> Iterator[Part]:
        for layer in range(len(HEIGHTS)):
            has_structure = is_key and layer == 0
            flags = 0xAC | (not is_key) << 6 | has_structure << 1
            descriptor = struct.pack("!BHBB", flags, 0x8000 | number, layer << 1 | layer, number % 256)
            if has_structure:
                sizes = b"".join(struct.pack("!HH", height * 16 // 9, height) for height in HEIGHTS)
                descriptor += bytes([(len(HEIGHTS) - 1) << 5 | 0x10]) + sizes
            yield Part(0, descriptor + _marked(number, layer, is_key), is_last=layer == len(HEIGHTS) - 1)


class Av1Layers:
    """L2T1, told by the dependency descriptor (RTP payload format for AV1, appendix A)."""

    codec: Codec = Codec(45, "AV1", 90_000)
    encodings: tuple[Encoding, ...] = (Encoding(),)

    def shoot(self, number: int, is_key: bool) -> Iterator[Part]:
        for layer in range(len(HEIGHTS)):
            bits = Bits()
            frame = (FIRST_FRAME + 2 * number + layer) % 65_536
            bits.put(1, 1).put(1, 1).put(6, 2 * layer + (not is_key)).put(16, frame)
            if is_key and layer == 0:
                bits.put(5, 0b10000)
                _put_structure(bits)
            payload = bytes([0x10 | (is_key << 3)]) + _marked(number, layer, is_key)
            yield Part(0, payload, layer == len(HEIGHTS) - 1, bits.bytes())


def _put_structure(bits: Bits) -> None:
    """Templates: key and delta of each spatial layer; one decode target for each layer."""
    bits.put(6, 0).put(5, len(HEIGHTS) - 1)
    for step in (0, 2, 0, 3):
        bits.put(2, step)
    for indications in ((2, 2), (2, 3), (0, 2), (0, 2)):
        for indication in indications:
            bits.put(2, indication)
    for differences in ((), (2,), (1,), (2, 1)):
        for difference in differences:
            bits.put(1, 1).put(4, difference - 1)
        bits.put(1, 0)
    # No chains: 0 of 0 to 2, in the code for numbers below 3 that takes one bit for it. Resolutions follow.
    bits.put(1, 0).put(1, 1)
    for height in HEIGHTS:
        bits.put(16, height * 16 // 9 - 1).put(16, height - 1)


@dataclass
class Bits:
    text: str = ""

    def put(self, width: int, value: int) -> Bits:
        self.text += f"{value:0{width}b}"
        return self

    def bytes(self) -> bytes:
        text = self.text + "0" * (-len(self.text) % 8)
        return int(text, 2).to_bytes(len(text) // 8)


@dataclass
class LayerDecoder:
    """Takes a frame for decoded when all that it needs is."""

    decoded: set[int] = field(default_factory=set)

    def take(self, parts: list[tuple[bytes, bytes]]) -> int | None:
        height = None
        for payload, _ in parts:
            frame, *needed = MARK.unpack(payload[-MARK.size :])
            assert all(one in self.decoded for one in needed if one), f"frame {frame} cannot be decoded"
            self.decoded.add(frame)
            height = HEIGHTS[(frame - 1) % len(HEIGHTS)]
        return height


@dataclass
class Av1Decoder(LayerDecoder):
    """Frames refer to others by the differences of the numbers in their descriptors, which have to stay right."""

    offsets: set[int] = field(default_factory=set)

    def take(self, parts: list[tuple[bytes, bytes]]) -> int | None:
        for payload, descriptor in parts:
            frame, *_ = MARK.unpack(payload[-MARK.size :])
            self.offsets.add((int.from_bytes(descriptor[1:3]) - frame) % 65_536)
        assert len(self.offsets) == 1
        return super().take(parts)
