"""A Peer: its path and keys, what it sends (`Receiver`) and what it is sent (`Slot`s)."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sfu_container.engine import EngineStats, Event, PeerStats
from sfu_container.plain_engine import rtcp
from sfu_container.plain_engine.errors import BadInputError, DropReason
from sfu_container.plain_engine.ice_agent import IceAgent, Path
from sfu_container.plain_engine.receiver import Receiver
from sfu_container.plain_engine.rtp import is_rtcp
from sfu_container.plain_engine.slot import Slot
from sfu_container.plain_engine.srtp import SrtpSession

Transmit = Callable[[Path, bytes], None]
"""Sends a datagram, or a frame over TCP, without blocking."""


class Peer:
    def __init__(
        self,
        ice: IceAgent,
        keyframe_timeout_seconds: float,
        totals: EngineStats,
        transmit: Transmit,
        emit: Callable[[Event], None],
    ) -> None:
        self.id = ice.peer
        self.ice = ice
        self.srtp: SrtpSession | None = None
        self.room: str | None = None
        self.slots: dict[str, Slot] = {}
        self._stats = PeerStats()
        self.receiver = Receiver(self._stats.received, keyframe_timeout_seconds, emit)
        self._slots_by_ssrc: dict[int, Slot] = {}
        self._sent_losses: dict[int, int] = {}
        self._totals = totals
        self._transmit = transmit

    @property
    def stats(self) -> PeerStats:
        """Counters since the Peer came."""
        self._stats.received.lost = self.receiver.lost
        self._stats.sent.lost = sum(self._sent_losses.values())
        return self._stats

    def add_slot(self, slot: Slot, ssrc: int) -> None:
        """Take a Slot; raises `ValueError` for an SSRC that is in use."""
        if ssrc in self._slots_by_ssrc:
            raise ValueError(f"SSRC {ssrc} is in use")
        self.slots[slot.id] = self._slots_by_ssrc[ssrc] = slot

    def remove_slot(self, slot: Slot) -> None:
        """Forget a Slot."""
        slot.close()
        del self.slots[slot.id]
        self._slots_by_ssrc = {ssrc: other for ssrc, other in self._slots_by_ssrc.items() if other is not slot}

    def receive_srtp(self, data: bytes, now: float) -> None:
        """Take an SRTP or SRTCP packet; raises `BadInputError`."""
        if self.srtp is None:
            raise BadInputError(DropReason.NO_KEYS)
        if len(data) < 2:
            raise BadInputError(DropReason.BAD_SRTP)
        if is_rtcp(data):
            for item in rtcp.parse_rtcp(self.srtp.unprotect_rtcp(data)):
                self._receive_rtcp(item, now)
            return
        plain = self.srtp.unprotect_rtp(data)
        self._stats.received.packets += 1
        self._stats.received.bytes += len(data)
        self._totals.received_packets += 1
        self._totals.received_bytes += len(data)
        self.receiver.receive(plain, now)

    def _receive_rtcp(self, item: rtcp.RtcpItem, now: float) -> None:
        if isinstance(item, rtcp.SenderReport):
            self.receiver.receive_sender_report(item, now)
            return
        slot = self._slots_by_ssrc.get(item.ssrc)
        if slot is None:
            return
        if isinstance(item, rtcp.ReportBlock):
            self._sent_losses[item.ssrc] = item.lost
        elif isinstance(item, rtcp.Nack):
            self._stats.sent.nacks += len(item.sequence_numbers)
            self._stats.sent.retransmitted += slot.output.resend(item.sequence_numbers, now)
        else:
            self._stats.sent.keyframe_requests += 1
            if slot.current is not None:
                slot.current.ask_for_keyframe(now)

    def send_rtp(self, packet: bytes) -> None:
        """Encrypt and send an RTP packet; without a path or keys it is lost."""
        if self.srtp is None or self.ice.send_path is None:
            return
        try:
            data = self.srtp.protect_rtp(packet)
        except BadInputError as error:
            self._count_drop(error)
            return
        self._stats.sent.packets += 1
        self._stats.sent.bytes += len(data)
        self._totals.sent_packets += 1
        self._totals.sent_bytes += len(data)
        self._transmit(self.ice.send_path, data)

    def send_rtcp(self, packets: Sequence[bytes]) -> None:
        """Encrypt and send RTCP packets, joined into few datagrams; without a path or keys they are lost."""
        if self.srtp is None or self.ice.send_path is None:
            return
        for compound in rtcp.compounds(packets):
            try:
                self._transmit(self.ice.send_path, self.srtp.protect_rtcp(compound))
            except BadInputError as error:
                self._count_drop(error)

    def send_dtls(self, data: bytes) -> None:
        """Send a DTLS datagram; without a path it is lost, and DTLS repeats it."""
        if self.ice.send_path is not None:
            self._transmit(self.ice.send_path, data)

    def _count_drop(self, error: BadInputError) -> None:
        reason = error.reason.value
        self._totals.dropped[reason] = self._totals.dropped.get(reason, 0) + 1
