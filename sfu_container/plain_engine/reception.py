"""Statistics about one received stream for Receiver Reports (RFC 3550, 6.4.1 and appendix A)."""

from __future__ import annotations

from sfu_container.plain_engine.rtcp import ReportBlock, SenderReport
from sfu_container.plain_engine.sequence import SEQUENCE_MODULUS, TIMESTAMP_MODULUS, SequenceExtender, distance


class Reception:
    """Counts what came by itself; what was recovered by retransmission still counts as lost on its stream."""

    def __init__(self, ssrc: int, clock_rate: int) -> None:
        self._ssrc = ssrc
        self._clock_rate = clock_rate
        self._extender = SequenceExtender()
        self._first: int | None = None
        self._received = 0
        self._jitter = 0.0
        self._last_timestamp = 0
        self._last_arrival = 0.0
        self._expected_at_report = 0
        self._received_at_report = 0
        self._sender_report: tuple[SenderReport, float] | None = None

    @property
    def lost(self) -> int:
        """Packets missing so far (A.3); negative when more came than were sent."""
        return self._expected - self._received

    @property
    def _expected(self) -> int:
        if self._first is None or self._extender.highest is None:
            return 0
        return self._extender.highest - self._first + 1

    def record(self, sequence_number: int, timestamp: int, now: float) -> None:
        """Note a packet that came on the stream's own SSRC."""
        index = self._extender.extend(sequence_number)
        if self._first is None:
            self._first = index
        else:
            elapsed = (now - self._last_arrival) * self._clock_rate
            transit_change = abs(elapsed - distance(timestamp, self._last_timestamp, TIMESTAMP_MODULUS))
            self._jitter += (transit_change - self._jitter) / 16
        self._received += 1
        self._last_timestamp, self._last_arrival = timestamp, now

    def record_sender_report(self, report: SenderReport, now: float) -> None:
        """Note a Sender Report, to which the next block refers."""
        self._sender_report = (report, now)

    def take_block(self, now: float) -> ReportBlock | None:
        """The block for a report that is sent now; None when nothing came since the last one."""
        if self._received == self._received_at_report:
            return None
        expected = self._expected - self._expected_at_report
        missing = expected - (self._received - self._received_at_report)
        fraction = min(255, 256 * missing // expected) if missing > 0 else 0
        self._expected_at_report, self._received_at_report = self._expected, self._received
        last_report, delay = self._since_sender_report(now)
        lost = max(-0x800000, min(0x7FFFFF, self.lost))
        # The extender begins one cycle ahead.
        highest = ((self._extender.highest or 0) - SEQUENCE_MODULUS) & 0xFFFFFFFF
        jitter = min(int(self._jitter), 0xFFFFFFFF)
        return ReportBlock(self._ssrc, fraction, lost, highest, jitter, last_report, delay)

    def _since_sender_report(self, now: float) -> tuple[int, int]:
        if self._sender_report is None:
            return 0, 0
        report, came = self._sender_report
        return report.ntp_time >> 16 & 0xFFFFFFFF, min(int((now - came) * 65_536), 0xFFFFFFFF)
