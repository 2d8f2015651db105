"""Which payload types of an m-line a node takes: those of codecs that the Engine looks into.

A node decodes nothing. What a Publication is sent in, its viewers have to decode, so of several H264 profiles it gets
the one that most can; a Slot takes whatever its receiver can decode, and the Engine picks the payload type that fits
what the Slot carries.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from sfu_container import h264
from sfu_container.engine import Codec, MediaKind
from sfu_container.errors import UnsupportedOfferError
from sfu_container.offer import MediaLine, OfferedCodec

CODEC_NAMES: Mapping[MediaKind, tuple[str, ...]] = {"audio": ("opus", "red"), "video": ("VP8", "VP9", "H264", "AV1")}
FEEDBACK: Mapping[MediaKind, tuple[str, ...]] = {"audio": (), "video": ("nack", "nack pli", "ccm fir")}
TRANSPORT_FEEDBACK: Final = "transport-cc"
RECEIVER_BITRATE: Final = "goog-remb"
OPUS_PARAMETERS: Final = "minptime=10;useinbandfec=1"
VIDEO_CLOCK_RATE: Final = 90_000
OPUS_CLOCK_RATE: Final = 48_000
OPUS_CHANNELS: Final = 2
"""In SDP always, whatever is sent (RFC 7587, 7)."""
RTCP_PAYLOAD_TYPES: Final = range(64, 96)
"""With the marker bit they look like RTCP on the same port (RFC 5761, 4)."""
_AV1_LEVEL: Final = re.compile(r"[0-9]|[12][0-9]|3[01]", re.ASCII)


@dataclass(frozen=True, slots=True)
class NegotiatedCodec:
    """A payload type as answered: what the Engine needs, and what the answer says besides."""

    codec: Codec
    channels: int
    """1 for video, where SDP does not say it."""
    parameters: str
    """The answer's `fmtp`; may be empty."""
    feedback: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Format:
    """What a payload type stands for."""

    name: str
    parameters: str = ""
    sent: tuple[str, ...] = ()
    """The Engine's name of its profile, where a codec has several."""
    decoded: tuple[str, ...] = ()
    """The profiles that a receiver of it decodes, the closest first."""
    spread: tuple[int, int] = (0, 0)
    """The lower, the more receivers decode it."""


def publication_codecs(media: MediaLine, kind: MediaKind, has_transport_feedback: bool) -> tuple[NegotiatedCodec, ...]:
    """What a Publication may be sent in: each codec that both know once, in the order offered.

    Raises:
        UnsupportedOfferError: there is none.
    """
    chosen: dict[str, tuple[OfferedCodec, _Format]] = {}
    for codec, known in _known(media, kind):
        if known.name not in chosen or known.spread < chosen[known.name][1].spread:
            chosen[known.name] = codec, known
    feedback = (*FEEDBACK[kind], *([TRANSPORT_FEEDBACK] if has_transport_feedback else []))
    return _negotiated(media, ((codec, known, known.sent) for codec, known in chosen.values()), feedback)


def slot_codecs(media: MediaLine, kind: MediaKind, has_transport_feedback: bool) -> tuple[NegotiatedCodec, ...]:
    """What a Slot may carry: everything that both know, in the order offered.

    Raises:
        UnsupportedOfferError: there is none.
    """
    chosen: dict[tuple[str, tuple[str, ...]], tuple[OfferedCodec, _Format]] = {}
    for codec, known in _known(media, kind):
        chosen.setdefault((known.name, known.sent), (codec, known))
    # Without transport-wide feedback, the receiver's own estimate.
    estimate = TRANSPORT_FEEDBACK if has_transport_feedback else RECEIVER_BITRATE
    return _negotiated(
        media, ((codec, known, known.decoded) for codec, known in chosen.values()), (*FEEDBACK[kind], estimate)
    )


def _negotiated(
    media: MediaLine, chosen: Iterable[tuple[OfferedCodec, _Format, tuple[str, ...]]], feedback: tuple[str, ...]
) -> tuple[NegotiatedCodec, ...]:
    repairs = {
        codec.apt: codec.payload_type
        for codec in reversed(list(_usable(media)))
        if codec.name.lower() == "rtx" and codec.apt is not None
    }
    codecs = tuple(
        NegotiatedCodec(
            codec=Codec(
                offered.payload_type, known.name, offered.clock_rate, repairs.get(offered.payload_type), profiles
            ),
            channels=offered.channels,
            parameters=known.parameters,
            feedback=tuple(name for name in feedback if name in offered.feedback or name in media.feedback),
        )
        for offered, known, profiles in chosen
    )
    if not codecs:
        names = "opus" if media.kind == "audio" else "VP8, VP9, H264 or AV1"
        raise UnsupportedOfferError(f"m-line {media.mid} does not offer {names} in a form that the node carries")
    return codecs


def _usable(media: MediaLine) -> Iterable[OfferedCodec]:
    """In the order of the m-line, which is that of preference (RFC 3264, 6.1)."""
    by_name = {str(codec.payload_type): codec for codec in media.codecs.values()}
    for name in dict.fromkeys(media.formats):
        codec = by_name.get(name)
        if codec is not None and codec.payload_type not in RTCP_PAYLOAD_TYPES:
            yield codec


def _known(media: MediaLine, kind: MediaKind) -> Iterable[tuple[OfferedCodec, _Format]]:
    if kind == "audio":
        yield from _sounds([codec for codec in _usable(media) if _is_sound(codec)])
        return
    for codec in _usable(media):
        known = _video(codec)
        if known is not None:
            yield codec, known


def _is_sound(codec: OfferedCodec) -> bool:
    return (codec.clock_rate, codec.channels) == (OPUS_CLOCK_RATE, OPUS_CHANNELS)


def _sounds(offered: list[OfferedCodec]) -> Iterable[tuple[OfferedCodec, _Format]]:
    """Opus, and RED (RFC 2198) that carries nothing else."""
    opus = next((codec.payload_type for codec in offered if codec.name.lower() == "opus"), None)
    for codec in offered:
        if codec.payload_type == opus:
            yield codec, _Format("opus", OPUS_PARAMETERS)
        elif codec.name.lower() == "red" and set(codec.blocks) == {opus}:
            yield codec, _Format("red", "/".join(map(str, codec.blocks)))


def _video(codec: OfferedCodec) -> _Format | None:
    if codec.clock_rate != VIDEO_CLOCK_RATE:
        return None
    match codec.name.upper():
        case "VP8":
            return _Format("VP8")
        case "VP9" if codec.parameters.get("profile-id", "0") == "0":
            return _Format("VP9", "profile-id=0")
        case "AV1" if codec.parameters.get("profile", "0") == "0":
            return _Format("AV1", _av1_parameters(codec.parameters))
        case "H264":
            return _h264(codec.parameters)
    return None


def _av1_parameters(offered: Mapping[str, str]) -> str:
    """The level and tier offered come back; what is absent has its default on both sides."""
    level, tier = offered.get("level-idx", ""), offered.get("tier", "")
    return ";".join(
        [
            *([f"level-idx={level}"] if _AV1_LEVEL.fullmatch(level) else []),
            "profile=0",
            *([f"tier={tier}"] if tier in ("0", "1") else []),
        ]
    )


def _h264(offered: Mapping[str, str]) -> _Format | None:
    """Profile and packetization mode have to be answered as offered (RFC 6184, 8.2.2)."""
    profile_level_id = offered.get("profile-level-id", h264.DEFAULT_PROFILE_LEVEL_ID)
    profile, mode = h264.profile_of(profile_level_id), offered.get("packetization-mode", "0")
    # Mode 2 is interleaved: no WebRTC peer speaks it.
    if profile is None or mode not in ("0", "1"):
        return None
    asymmetry = ["level-asymmetry-allowed=1"] if offered.get("level-asymmetry-allowed") == "1" else []
    parameters = [*asymmetry, f"packetization-mode={mode}", f"profile-level-id={profile_level_id.lower()}"]
    return _Format(
        "H264",
        ";".join(parameters),
        (h264.sent_name(profile, int(mode)),),
        h264.decoded_names(profile, int(mode)),
        h264.spread(profile, int(mode)),
    )
