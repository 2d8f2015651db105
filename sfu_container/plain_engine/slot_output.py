"""What a Slot sends: packets under its own SSRC, payload types, header extensions and numbers, and their repetition."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Protocol

from sfu_container.engine import Codec
from sfu_container.plain_engine import rtcp
from sfu_container.plain_engine.continuity import Continuity
from sfu_container.plain_engine.header_extensions import FORWARDED, MID, encode_extensions, ids_by_uri
from sfu_container.plain_engine.media import MediaPacket
from sfu_container.plain_engine.rtp import build_header, build_padding, retransmission_header
from sfu_container.plain_engine.sent_packets import SentPacket, SentPackets
from sfu_container.plain_engine.sequence import SEQUENCE_MODULUS

MAX_RESENT_PER_SECOND = 512
"""What a receiver asks for beyond is not loss but abuse, or a link that repetition only fills further."""


class PacketSink(Protocol):
    """Encrypts plain packets and sends them to the Peer."""

    def send_rtp(self, packet: bytes) -> None: ...

    def send_rtcp(self, packets: Sequence[bytes]) -> None: ...


class SlotOutput:
    def __init__(
        self,
        mid: str,
        ssrc: int,
        rtx_ssrc: int | None,
        codecs: Sequence[Codec],
        extensions: Mapping[int, str],
        cache_size: int,
        sink: PacketSink,
    ) -> None:
        self._ssrc = ssrc
        self._rtx_ssrc = rtx_ssrc
        self._codecs = {(codec.name.upper(), codec.clock_rate): codec for codec in codecs}
        self._extension_ids = ids_by_uri(extensions)
        own_mid = self._extension_ids.get(MID)
        self._own_extensions = [] if own_mid is None else [(own_mid, mid.encode())]
        self._passed_extensions: list[tuple[int, int]] = []
        self._continuity = Continuity()
        self._sent = SentPackets(cache_size)
        self._rtx_sequence = secrets.randbits(15)
        self._resending_since = float("-inf")
        self._resent = 0
        self._sink = sink
        self._packets = 0
        self._octets = 0

    def can_carry(self, media: MediaPacket) -> bool:
        """Whether the codec of a packet was negotiated for this Slot too."""
        return self._codec(media) is not None

    def begin(self, first: MediaPacket, extension_ids: Mapping[str, int], now: float) -> None:
        """Go on with another stream, which `first` begins; `extension_ids` are its Publication's ids by URI."""
        codec = self._codec(first)
        if codec is None:
            return
        self._passed_extensions = [
            (extension_ids[uri], self._extension_ids[uri])
            for uri in FORWARDED
            if uri in extension_ids and uri in self._extension_ids
        ]
        self._continuity.begin(first, codec.clock_rate, now)

    def write(self, media: MediaPacket, now: float) -> None:
        """Send a packet of the stream that was begun."""
        codec = self._codec(media)
        if codec is None or not media.is_forwardable:
            self.skip(media)
            return
        place = self._continuity.place(media, now)
        if place is None:
            return
        header = build_header(
            media.rtp.marker,
            codec.payload_type,
            place.sequence_number,
            place.timestamp,
            self._ssrc,
            self._extension_block(media),
        )
        descriptor = b"" if media.frame is None else media.frame.rewritten(place.picture_id, place.tl0_index)
        packet = SentPacket(header, descriptor, media.body, codec)
        self._sent.store(place.sequence_number, packet)
        self._send(bytes(packet), len(descriptor) + len(media.body))

    def skip(self, media: MediaPacket) -> None:
        """Leave a packet of the stream out, without a gap for the receiver."""
        place = self._continuity.skip(media)
        if place is not None:
            payload_type = next(iter(self._codecs.values())).payload_type
            self._send(build_padding(payload_type, place.sequence_number, place.timestamp, self._ssrc), 0)

    def resend(self, sequence_numbers: Sequence[int], now: float) -> int:
        """Answer a NACK, by RTX where that was negotiated. Returns how many packets were sent again."""
        if now - self._resending_since >= 1.0:
            self._resending_since, self._resent = now, 0
        before = self._resent
        for number in sequence_numbers:
            if self._resent == MAX_RESENT_PER_SECOND:
                break
            packet = self._sent.take_for_resend(number, now)
            if packet is not None:
                self._sink.send_rtp(self._repetition(packet, number))
                self._resent += 1
        return self._resent - before

    def report(self, incoming: rtcp.SenderReport) -> None:
        """Send the Sender Report of the stream that is carried, in the Slot's timestamps, so that lips stay in sync."""
        outgoing = replace(incoming, ssrc=self._ssrc, rtp_time=self._continuity.timestamp(incoming.rtp_time))
        self._sink.send_rtcp([rtcp.build_sender_report(outgoing, self._packets, self._octets)])

    def _send(self, packet: bytes, payload_size: int) -> None:
        self._packets += 1
        self._octets += payload_size
        self._sink.send_rtp(packet)

    def _codec(self, media: MediaPacket) -> Codec | None:
        if media.codec is None:
            return None
        return self._codecs.get((media.codec.name.upper(), media.codec.clock_rate))

    def _extension_block(self, media: MediaPacket) -> bytes:
        received = media.rtp.extensions
        passed = [(to, received[come]) for come, to in self._passed_extensions if come in received]
        return encode_extensions(self._own_extensions + passed)

    def _repetition(self, packet: SentPacket, number: int) -> bytes:
        if self._rtx_ssrc is None or packet.codec.rtx_payload_type is None:
            return bytes(packet)
        self._rtx_sequence = (self._rtx_sequence + 1) % SEQUENCE_MODULUS
        header = retransmission_header(packet.header, packet.codec.rtx_payload_type, self._rtx_sequence, self._rtx_ssrc)
        return b"".join((header, number.to_bytes(2), packet.descriptor, packet.body))
