"""What a Slot sent lately, to answer NACKs."""

from __future__ import annotations

from dataclasses import dataclass

from sfu_container.engine import Codec
from sfu_container.plain_engine.sequence import SEQUENCE_MODULUS

MIN_RESEND_SECONDS = 0.02
"""Between two repetitions of a packet: receivers ask again before the first one can have reached them."""


@dataclass(slots=True)
class SentPacket:
    header: bytes
    descriptor: bytes
    body: bytes
    codec: Codec
    resent_at: float = float("-inf")

    def __bytes__(self) -> bytes:
        """The packet as it was sent, before encryption."""
        return b"".join((self.header, self.descriptor, self.body))


class SentPackets:
    """The last packets by sequence number. Numbers are given out in a row, so the oldest is easily found."""

    def __init__(self, capacity: int) -> None:
        self._capacity = capacity
        self._packets: dict[int, SentPacket] = {}

    def __len__(self) -> int:
        return len(self._packets)

    def store(self, sequence_number: int, packet: SentPacket) -> None:
        """Keep a packet; the one sent `capacity` numbers before is let go."""
        self._packets[sequence_number] = packet
        if len(self._packets) > self._capacity:
            oldest = (sequence_number - self._capacity) % SEQUENCE_MODULUS
            if self._packets.pop(oldest, None) is None:
                del self._packets[next(iter(self._packets))]

    def take_for_resend(self, sequence_number: int, now: float) -> SentPacket | None:
        """A packet to send again; None when it is not kept or was sent again a moment ago."""
        packet = self._packets.get(sequence_number)
        if packet is None or now - packet.resent_at < MIN_RESEND_SECONDS:
            return None
        packet.resent_at = now
        return packet
