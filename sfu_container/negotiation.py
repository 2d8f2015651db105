"""What a node makes of each m-line of an offer: a Publication's, a Slot's, the control channel's, or nothing."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Final, Literal, cast

from parley_protocol.grants import Grants
from sfu_container.engine import Codec, Encoding, MediaKind
from sfu_container.errors import UnsupportedOfferError
from sfu_container.offer import MediaLine, Offer, OfferedCodec

MID: Final = "urn:ietf:params:rtp-hdrext:sdes:mid"
RID: Final = "urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id"
REPAIRED_RID: Final = "urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id"
AUDIO_LEVEL: Final = "urn:ietf:params:rtp-hdrext:ssrc-audio-level"
ABS_SEND_TIME: Final = "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time"
TRANSPORT_CC: Final = "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01"
VIDEO_ORIENTATION: Final = "urn:3gpp:video-orientation"

SLOT_EXTENSIONS = frozenset({MID, AUDIO_LEVEL, ABS_SEND_TIME, TRANSPORT_CC, VIDEO_ORIENTATION})
PUBLICATION_EXTENSIONS = SLOT_EXTENSIONS | {RID, REPAIRED_RID}
MAX_EXTENSION_ID = 14
"""The largest id of a one-byte header extension (RFC 8285, 4.2); without extmap-allow-mixed there are no others."""

CODEC_NAMES: Mapping[MediaKind, str] = {"audio": "opus", "video": "VP8"}
FEEDBACK: Mapping[MediaKind, tuple[str, ...]] = {
    "audio": (),
    "video": ("nack", "nack pli", "ccm fir"),
}
FINGERPRINT_ALGORITHMS = frozenset({"sha-256", "sha-384", "sha-512"})
SCTP_PROTOCOLS = frozenset({"UDP/DTLS/SCTP", "TCP/DTLS/SCTP"})


class LineUse(Enum):
    """What an m-line is for, as answered."""

    PUBLICATION = "publication"
    SLOT = "slot"
    CONTROL = "control"
    INACTIVE = "inactive"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class SlotStreams:
    """The SSRCs of a Slot: the same for as long as the Peer lives."""

    ssrc: int
    rtx_ssrc: int | None


@dataclass(frozen=True, slots=True)
class NegotiatedLine:
    """An m-line as both sides will use it; `codecs` and `extensions` are what the Engine needs."""

    mid: str
    kind: str
    protocol: str
    formats: tuple[str, ...]
    use: LineUse
    codecs: tuple[Codec, ...] = ()
    feedback: tuple[str, ...] = ()
    extensions: Mapping[int, str] = field(default_factory=dict)
    rids: tuple[str, ...] = ()
    ssrc: int | None = None
    rtx_ssrc: int | None = None

    @property
    def media_kind(self) -> MediaKind:
        """The kind of a Publication's or a Slot's m-line."""
        return cast(Literal["audio", "video"], self.kind)

    @property
    def encodings(self) -> tuple[Encoding, ...]:
        """The streams to expect on a Publication's m-line, lowest first."""
        if self.rids:
            return tuple(Encoding(rid=rid) for rid in self.rids)
        return (Encoding(ssrc=self.ssrc, rtx_ssrc=self.rtx_ssrc),)


class SlotStreamAllocator:
    """Gives each Slot of one Peer its SSRCs, the same at every offer."""

    def __init__(self) -> None:
        self._streams: dict[str, SlotStreams] = {}
        self._taken: set[int] = set()

    def streams(self, mid: str, with_rtx: bool) -> SlotStreams:
        if mid not in self._streams:
            self._streams[mid] = SlotStreams(self._fresh(), self._fresh() if with_rtx else None)
        return self._streams[mid]

    def _fresh(self) -> int:
        while True:
            ssrc = secrets.randbelow(2**32 - 1) + 1
            if ssrc not in self._taken:
                self._taken.add(ssrc)
                return ssrc


def negotiate(offer: Offer, grants: Grants, slots: SlotStreamAllocator) -> list[NegotiatedLine]:
    """Decide on every m-line of the offer, in its order.

    Raises:
        UnsupportedOfferError: the offer asks for what the node does not do.
    """
    _check_transport(offer)
    lines = [_negotiate_line(media, grants, slots) for media in offer.media]
    if sum(line.use is LineUse.CONTROL for line in lines) > 1:
        raise UnsupportedOfferError("one data channel m-line is enough")
    return lines


def _check_transport(offer: Offer) -> None:
    used = [media for media in offer.media if not media.rejected]
    if not used or {media.mid for media in used} - set(offer.bundle):
        raise UnsupportedOfferError("every m-line must be in one BUNDLE group")
    if any(not media.rtcp_mux for media in used if media.kind in CODEC_NAMES):
        raise UnsupportedOfferError("every audio and video m-line needs rtcp-mux")
    if not any(fingerprint.algorithm in FINGERPRINT_ALGORITHMS for fingerprint in offer.fingerprints):
        raise UnsupportedOfferError("the offer has no DTLS fingerprint of a known algorithm")
    if offer.setup not in ("actpass", "active"):
        raise UnsupportedOfferError("the client must be willing to begin the DTLS handshake (setup actpass or active)")


def _negotiate_line(media: MediaLine, grants: Grants, slots: SlotStreamAllocator) -> NegotiatedLine:
    use = _use_of(media, grants)
    line = NegotiatedLine(media.mid, media.kind, media.protocol, media.formats, use)
    if use in (LineUse.REJECTED, LineUse.CONTROL):
        return line
    kind = line.media_kind
    codec = _shared_codec(media, kind)
    rtx = next((c for c in media.codecs.values() if c.name.lower() == "rtx" and c.apt == codec.payload_type), None)
    allowed = PUBLICATION_EXTENSIONS if use is LineUse.PUBLICATION else SLOT_EXTENSIONS
    extensions = {
        number: uri for number, uri in media.extensions.items() if uri in allowed and 1 <= number <= MAX_EXTENSION_ID
    }
    offered_feedback = codec.feedback | media.feedback
    feedback = [name for name in FEEDBACK[kind] if name in offered_feedback]
    if TRANSPORT_CC in extensions.values() and "transport-cc" in offered_feedback:
        feedback.append("transport-cc")
    streams = SlotStreams(0, None)
    if use is LineUse.SLOT:
        streams = slots.streams(media.mid, with_rtx=rtx is not None)
    return NegotiatedLine(
        mid=media.mid,
        kind=media.kind,
        protocol=media.protocol,
        formats=media.formats,
        use=use,
        codecs=(Codec(codec.payload_type, codec.name, codec.clock_rate, rtx.payload_type if rtx else None),),
        feedback=tuple(feedback),
        extensions=extensions,
        rids=tuple(media.rids) if use is LineUse.PUBLICATION else (),
        ssrc=streams.ssrc if use is LineUse.SLOT else media.ssrc,
        rtx_ssrc=streams.rtx_ssrc if use is LineUse.SLOT else media.rtx_ssrc,
    )


def _use_of(media: MediaLine, grants: Grants) -> LineUse:
    if media.rejected:
        return LineUse.REJECTED
    if media.kind == "application":
        return LineUse.CONTROL if media.protocol in SCTP_PROTOCOLS else LineUse.REJECTED
    if media.kind not in CODEC_NAMES:
        return LineUse.REJECTED
    may_send = any(source.kind == media.kind for source in grants.publish)
    match media.direction:
        case "sendonly" | "sendrecv":
            return LineUse.PUBLICATION if may_send else LineUse.INACTIVE
        case "recvonly":
            return LineUse.SLOT if grants.subscribe else LineUse.INACTIVE
        case "inactive":
            return LineUse.INACTIVE


def _shared_codec(media: MediaLine, kind: MediaKind) -> OfferedCodec:
    wanted = CODEC_NAMES[kind]
    formats = set(media.formats)
    for codec in media.codecs.values():
        if codec.name.lower() == wanted.lower() and str(codec.payload_type) in formats:
            return codec
    raise UnsupportedOfferError(f"m-line {media.mid} does not offer {wanted}")
