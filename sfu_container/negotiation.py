"""What a node makes of each m-line of an offer: a Publication's, a Slot's, the control channel's, or nothing."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import Literal, cast

from parley_protocol.grants import Grants
from sfu_container.codecs import CODEC_NAMES, NegotiatedCodec, publication_codecs, slot_codecs
from sfu_container.engine import Codec, Encoding, MediaKind, PublicationLine, SlotLine
from sfu_container.errors import UnsupportedOfferError
from sfu_container.header_extensions import TRANSPORT_CC, negotiate_extensions
from sfu_container.offer import MediaLine, Offer

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
    """An m-line as both sides will use it."""

    mid: str
    kind: str
    protocol: str
    formats: tuple[str, ...]
    use: LineUse
    payload_types: tuple[NegotiatedCodec, ...] = ()
    extensions: Mapping[int, str] = field(default_factory=dict)
    allows_mixed_extensions: bool = False
    rids: tuple[str, ...] = ()
    ssrc: int | None = None
    rtx_ssrc: int | None = None

    @property
    def media_kind(self) -> MediaKind:
        """The kind of a Publication's or a Slot's m-line."""
        return cast(Literal["audio", "video"], self.kind)

    @property
    def codecs(self) -> tuple[Codec, ...]:
        """What the Engine has to know of the payload types."""
        return tuple(negotiated.codec for negotiated in self.payload_types)

    @property
    def as_publication(self) -> PublicationLine:
        """A Publication's m-line for the Engine."""
        only = Encoding(ssrc=self.ssrc, rtx_ssrc=self.rtx_ssrc)
        encodings = tuple(Encoding(rid=rid) for rid in self.rids) or (only,)
        return PublicationLine(self.media_kind, self.mid, encodings, self.codecs, self.extensions)

    @property
    def as_slot(self) -> SlotLine:
        """A Slot's m-line for the Engine."""
        if self.ssrc is None:
            raise ValueError(f"m-line {self.mid} is no Slot's")
        return SlotLine(self.media_kind, self.mid, self.ssrc, self.rtx_ssrc, self.codecs, self.extensions)


class SlotStreamAllocator:
    """Gives each Slot of one Peer its SSRCs, the same at every offer."""

    def __init__(self) -> None:
        self._streams: dict[str, SlotStreams] = {}
        self._taken: set[int] = set()

    def streams(self, mid: str, with_rtx: bool) -> SlotStreams:
        streams = self._streams.get(mid) or SlotStreams(self._fresh(), None)
        if with_rtx and streams.rtx_ssrc is None:
            streams = replace(streams, rtx_ssrc=self._fresh())
        self._streams[mid] = streams
        return streams if with_rtx else replace(streams, rtx_ssrc=None)

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
    is_publication = use is LineUse.PUBLICATION
    extensions = negotiate_extensions(media, is_publication=is_publication)
    choose = publication_codecs if is_publication else slot_codecs
    payload_types = choose(media, line.media_kind, TRANSPORT_CC in extensions.values())
    ssrc, rtx_ssrc = media.ssrc, media.rtx_ssrc
    if use is LineUse.SLOT:
        has_rtx = any(negotiated.codec.rtx_payload_type is not None for negotiated in payload_types)
        streams = slots.streams(media.mid, with_rtx=has_rtx)
        ssrc, rtx_ssrc = streams.ssrc, streams.rtx_ssrc
    return replace(
        line,
        payload_types=payload_types,
        extensions=extensions,
        allows_mixed_extensions=media.allows_mixed_extensions,
        rids=tuple(media.rids) if is_publication else (),
        ssrc=ssrc,
        rtx_ssrc=rtx_ssrc,
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
