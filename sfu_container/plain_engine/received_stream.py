"""One SSRC that a Peer sends: an encoding of a Publication, or the RTX stream that repairs one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sfu_container.plain_engine.errors import BadInputError, DropReason
from sfu_container.plain_engine.keyframe_wish import KeyframeWish
from sfu_container.plain_engine.media import MediaPacket, read_media
from sfu_container.plain_engine.missing_packets import MissingPackets
from sfu_container.plain_engine.reception import Reception
from sfu_container.plain_engine.rtcp import SenderReport
from sfu_container.plain_engine.rtp import RtpPacket

if TYPE_CHECKING:
    from sfu_container.plain_engine.publication import Publication

FLOWING_SECONDS = 0.5
"""How long after its last packet a stream still counts as flowing. With the time that a keyframe takes this stays
below the second after which a Slot has to show another encoding."""
_SENDER_REPORT_SECONDS = 0.2
"""The least time between two that are passed on."""
_RECENT_PACKETS = 128
"""Kept for Slots that switch to a keyframe whose first packet came late."""


class ReceivedStream:
    """An encoding of a Publication as it comes in."""

    def __init__(
        self, publication: Publication, rid: str | None, ssrc: int, clock_rate: int, keyframe_timeout_seconds: float
    ) -> None:
        self.publication = publication
        self.rid = rid
        self.ssrc = ssrc
        self.reception = Reception(ssrc, clock_rate)
        self.missing = MissingPackets()
        self.height: int | None = None
        """Pixels, as of the last keyframe."""
        self.last_sender_report: SenderReport | None = None
        self._sender_report_at = float("-inf")
        self._wish = KeyframeWish(keyframe_timeout_seconds)
        self._last_packet_at = float("-inf")
        self._recent: dict[int, MediaPacket] = {}

    def accept(self, rtp: RtpPacket, now: float, recovered: bool = False) -> MediaPacket:
        """Take a packet that came, or that RTX brought back. Raises `BadInputError` for useless ones."""
        if not recovered:
            self.reception.record(rtp.sequence_number, rtp.timestamp, now)
        index = self.missing.record(rtp.sequence_number, now)
        if index is None:
            raise BadInputError(DropReason.DUPLICATE)
        media = read_media(rtp, index, self.publication.codecs.get(rtp.payload_type))
        if media.is_forwardable:
            self._last_packet_at = now
        if media.frame is not None:
            self._note_frame(media)
        return media

    def _note_frame(self, media: MediaPacket) -> None:
        self._recent[media.index] = media
        if len(self._recent) > _RECENT_PACKETS:
            del self._recent[next(iter(self._recent))]
        if media.frame is not None and media.frame.starts_keyframe:
            self._wish.fulfil()
            self.height = media.frame.height or self.height

    def takes_sender_report(self, report: SenderReport, now: float) -> bool:
        """Keep a Sender Report; whether it has to be passed on, which a flood of them has not."""
        self.last_sender_report = report
        self.reception.record_sender_report(report, now)
        if now - self._sender_report_at < _SENDER_REPORT_SECONDS:
            return False
        self._sender_report_at = now
        return True

    def after(self, index: int) -> list[MediaPacket]:
        """Recent packets that came before the packet `index` although they follow it."""
        return [self._recent[later] for later in sorted(self._recent) if later > index]

    def is_flowing(self, now: float) -> bool:
        """Whether media came lately."""
        return now - self._last_packet_at < FLOWING_SECONDS

    def ask_for_keyframe(self, now: float) -> None:
        """Wish for a keyframe; sound needs none."""
        if self.publication.kind == "video":
            self._wish.ask(now)

    def takes_keyframe_request(self, now: float) -> bool:
        """Whether a keyframe request has to be sent to the publisher now."""
        return self._wish.take_due(now)

    def misses_keyframe(self, now: float) -> bool:
        """Whether a keyframe has just failed to come in time; said once for each time it was asked for."""
        return self._wish.has_timed_out(now)


@dataclass(frozen=True, slots=True)
class RepairStream:
    """An RTX stream (RFC 4588)."""

    publication: Publication
    rid: str | None
    ssrc: int
    reception: Reception

    def unwrap(self, rtp: RtpPacket, ssrc: int) -> RtpPacket | None:
        """The packet as it was on the stream `ssrc`; None for a probe without payload."""
        payload_type = self.publication.repaired_types.get(rtp.payload_type)
        if payload_type is None or len(rtp.payload) <= 2:
            return None
        number = int.from_bytes(rtp.payload[:2])
        return RtpPacket(payload_type, rtp.marker, number, rtp.timestamp, ssrc, rtp.payload[2:], rtp.extensions)
