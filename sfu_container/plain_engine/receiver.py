"""The receiving half of a Peer: which SSRC is which, and the feedback that its publisher gets."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from sfu_container.engine import Event, KeyframeTimeout, StreamStarted, StreamStats
from sfu_container.plain_engine import header_extensions, rtcp
from sfu_container.plain_engine.errors import BadInputError, DropReason
from sfu_container.plain_engine.publication import Publication
from sfu_container.plain_engine.received_stream import ReceivedStream, RepairStream
from sfu_container.plain_engine.reception import Reception
from sfu_container.plain_engine.rtp import RtpPacket, parse_rtp
from sfu_container.plain_engine.twcc import TransportFeedback

_RTX_CLOCK_RATE = 90_000


@dataclass(frozen=True, slots=True)
class _Identity:
    """What an SSRC has said of itself. It says so only at first, so this outlives Publications of the same m-line."""

    mid: str
    rid: str | None
    repairs: bool


class Receiver:
    """Finds the Publication of every packet by announced SSRC, by mid and rid, or by mid alone.

    What is kept for each SSRC is bounded because `SrtpSession` lets only so many through.
    All m-lines of a bundle use the same extension ids (RFC 8843, 9), so those of one Publication serve to read all.
    """

    def __init__(self, stats: StreamStats, keyframe_timeout_seconds: float, emit: Callable[[Event], None]) -> None:
        self.publications: dict[str, Publication] = {}
        self._by_mid: dict[str, Publication] = {}
        self._streams: dict[int, ReceivedStream | RepairStream] = {}
        self._identities: dict[int, _Identity] = {}
        self._replaced: set[int] = set()
        """SSRCs whose encoding goes on under another. They do not come back: two that took turns would cause no end of
        events."""
        self._extension_ids: dict[str, int] = {}
        self._transport_feedback = TransportFeedback()
        self._stats = stats
        self._lost_before = 0
        self._keyframe_timeout_seconds = keyframe_timeout_seconds
        self._emit = emit

    def add(self, publication: Publication) -> None:
        """Take the packets of a Publication; raises `ValueError` when its m-line has one already."""
        if publication.mid in self._by_mid:
            raise ValueError(f"m-line {publication.mid} has a Publication")
        self.publications[publication.id] = publication
        self._by_mid[publication.mid] = publication
        self._extension_ids.update(publication.extension_ids)
        for encoding in publication.encodings:
            if encoding.ssrc is not None:
                self._replaced.discard(encoding.ssrc)
                self._identities[encoding.ssrc] = _Identity(publication.mid, encoding.rid, repairs=False)
            if encoding.rtx_ssrc is not None:
                self._identities[encoding.rtx_ssrc] = _Identity(publication.mid, encoding.rid, repairs=True)

    def remove(self, publication: Publication) -> None:
        """Forget a Publication and its streams."""
        del self.publications[publication.id]
        del self._by_mid[publication.mid]
        for stream in [stream for stream in self._streams.values() if stream.publication is publication]:
            self._drop(stream)
        publication.close()

    def receive(self, data: bytes, now: float) -> None:
        """Take a decrypted RTP packet; raises `BadInputError`."""
        rtp = parse_rtp(data)
        self._note_transport_number(rtp, now)
        stream = self._streams.get(rtp.ssrc) or self._bind(rtp)
        if isinstance(stream, ReceivedStream):
            self._deliver(stream, rtp, now)
        else:
            self._repair(stream, rtp, now)

    def receive_sender_report(self, report: rtcp.SenderReport, now: float) -> None:
        """Take a Sender Report about one of the streams."""
        stream = self._streams.get(report.ssrc)
        if isinstance(stream, RepairStream):
            stream.reception.record_sender_report(report, now)
        elif stream is not None and stream.takes_sender_report(report, now):
            for slot in stream.publication.slots.values():
                slot.report(stream, report)

    @property
    def lost(self) -> int:
        """Packets missing so far on all streams."""
        return self._lost_before + sum(stream.reception.lost for stream in self._streams.values())

    def take_requests(self, now: float) -> list[bytes]:
        """NACKs and keyframe requests that are due, as RTCP packets."""
        packets = []
        for stream in self._media_streams():
            if stream.publication.kind == "video" and (missing := stream.missing.take_due(now)):
                self._stats.nacks += len(missing)
                packets.append(rtcp.build_nack(stream.ssrc, missing))
            if stream.takes_keyframe_request(now):
                self._stats.keyframe_requests += 1
                packets.append(rtcp.build_keyframe_request(stream.ssrc))
            if stream.misses_keyframe(now):
                self._emit(KeyframeTimeout(stream.publication.id))
        return packets

    def take_transport_feedback(self) -> list[bytes]:
        """Transport-wide feedback about what came since the last call."""
        return self._transport_feedback.take_messages(next(iter(self._streams), 0))

    def take_reports(self, now: float) -> list[bytes]:
        """Receiver Reports about the streams that came since the last call."""
        blocks = [block for stream in self._streams.values() if (block := stream.reception.take_block(now))]
        return rtcp.build_receiver_reports(blocks)

    def retarget_slots(self, now: float) -> None:
        """Let the Slots of all Publications follow what flows now."""
        for publication in self.publications.values():
            if publication.kind == "video":
                publication.retarget_slots(now)

    def _media_streams(self) -> Iterator[ReceivedStream]:
        return (stream for stream in self._streams.values() if isinstance(stream, ReceivedStream))

    def _note_transport_number(self, rtp: RtpPacket, now: float) -> None:
        extension_id = self._extension_ids.get(header_extensions.TRANSPORT_SEQUENCE)
        value = rtp.extensions.get(extension_id) if extension_id is not None else None
        if value is not None and len(value) == 2:
            self._transport_feedback.record(int.from_bytes(value), now)

    def _deliver(self, stream: ReceivedStream, rtp: RtpPacket, now: float, recovered: bool = False) -> None:
        height = stream.height
        was_flowing = stream.is_flowing(now)
        media = stream.accept(rtp, now, recovered)
        if not was_flowing or stream.height != height:
            stream.publication.retarget_slots(now)
        stream.publication.deliver(stream, media, now)

    def _repair(self, repair: RepairStream, rtp: RtpPacket, now: float) -> None:
        repair.reception.record(rtp.sequence_number, rtp.timestamp, now)
        stream = repair.publication.streams.get(repair.rid)
        original = None if stream is None else repair.unwrap(rtp, stream.ssrc)
        if stream is not None and original is not None:
            self._deliver(stream, original, now, recovered=True)
            self._stats.retransmitted += 1

    def _bind(self, rtp: RtpPacket) -> ReceivedStream | RepairStream:
        if rtp.ssrc in self._replaced:
            raise BadInputError(DropReason.UNKNOWN_STREAM)
        identity = self._identify(rtp)
        publication = self._by_mid.get(identity.mid)
        encoding = None if publication is None else publication.encoding(identity.rid)
        if publication is None or encoding is None:
            raise BadInputError(DropReason.UNKNOWN_STREAM)
        stream: ReceivedStream | RepairStream
        if identity.repairs or rtp.payload_type in publication.repaired_types:
            stream = RepairStream(publication, encoding.rid, rtp.ssrc, Reception(rtp.ssrc, _RTX_CLOCK_RATE))
        else:
            stream = self._start(publication, encoding.rid, rtp)
        self._streams[rtp.ssrc] = stream
        return stream

    def _start(self, publication: Publication, rid: str | None, rtp: RtpPacket) -> ReceivedStream:
        codec = publication.codecs.get(rtp.payload_type)
        if codec is None:
            raise BadInputError(DropReason.UNKNOWN_STREAM)
        if (replaced := publication.streams.get(rid)) is not None:
            self._replaced.add(replaced.ssrc)
            self._drop(replaced)
        timeout = self._keyframe_timeout_seconds
        stream = ReceivedStream(publication, rid, rtp.ssrc, codec.clock_rate, timeout)
        publication.streams[rid] = stream
        self._emit(StreamStarted(publication.id, rid, rtp.ssrc))
        return stream

    def _identify(self, rtp: RtpPacket) -> _Identity:
        mid = self._text(rtp, header_extensions.MID)
        if mid is None:
            known = self._identities.get(rtp.ssrc)
            if known is None:
                raise BadInputError(DropReason.UNKNOWN_STREAM)
            return known
        repaired = self._text(rtp, header_extensions.REPAIRED_RID)
        rid = repaired or self._text(rtp, header_extensions.RID)
        known = self._identities.get(rtp.ssrc)
        if known is not None and known.mid == mid and rid is None:
            return known
        identity = _Identity(mid, rid, repairs=repaired is not None)
        self._identities[rtp.ssrc] = identity
        return identity

    def _text(self, rtp: RtpPacket, uri: str) -> str | None:
        extension_id = self._extension_ids.get(uri)
        value = rtp.extensions.get(extension_id) if extension_id is not None else None
        return None if value is None else value.decode("ascii", "replace")

    def _drop(self, stream: ReceivedStream | RepairStream) -> None:
        self._lost_before += stream.reception.lost
        del self._streams[stream.ssrc]
        if isinstance(stream, ReceivedStream):
            stream.publication.lose(stream)
