"""Transport-wide congestion control feedback to a publisher.

The publisher numbers all its packets; we say which came and when, and its bandwidth estimate follows from that. The
format is draft-holmer-rmcat-transport-wide-cc-extensions-01, 3.1; arrival times are in ticks of 250 µs from a reference
time in units of 64 ms. Every message goes on where the last one ended, so that a loss between two is reported too;
a packet that comes after its number was reported as lost gets a message of its own.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

from sfu_container.plain_engine import rtcp
from sfu_container.plain_engine.sequence import SequenceExtender

_TICKS_PER_SECOND = 4_000
_TICKS_PER_REFERENCE = 256
_MAX_RECEIVED = 400
_MAX_STATUSES = 700
"""Both keep a message within one datagram. A gap that is longer is not reported: the numbering has begun anew."""
_MAX_PENDING = 4_000
_MAX_LATE = 32
"""Messages about late packets in one call."""
_LOST, _SMALL_DELTA, _LARGE_DELTA = 0, 1, 2
_STATUSES_PER_CHUNK = 7
_TWO_BIT_VECTOR = 0xC000

Arrivals = list[tuple[int, int]]
"""Pairs of an index and the tick it came at, in the order of the indexes."""


class TransportFeedback:
    """Collects arrivals of one Peer's packets and reports them."""

    def __init__(self) -> None:
        self._extender = SequenceExtender()
        self._pending: dict[int, int] = {}
        self._next_index: int | None = None
        self._message_count = 0

    def record(self, number: int, now: float) -> None:
        """Note that the packet with this transport-wide number came."""
        if len(self._pending) < _MAX_PENDING:
            self._pending.setdefault(self._extender.extend(number), int(now * _TICKS_PER_SECOND))

    def take_messages(self, media_ssrc: int) -> list[bytes]:
        """RTCP packets about all that came since the last call; `media_ssrc` is any stream of the Peer."""
        arrivals = sorted(self._pending.items())
        self._pending.clear()
        return [self._build(base, run, media_ssrc) for base, run in self._runs(arrivals)]

    def _runs(self, arrivals: Arrivals) -> Iterator[tuple[int, Arrivals]]:
        """Cut arrivals into messages, each with the index it begins at."""
        base = self._next_index
        late = [arrival for arrival in arrivals if base is not None and arrival[0] < base]
        for arrival in late[:_MAX_LATE]:
            yield arrival[0], [arrival]
        run: Arrivals = []
        for index, tick in arrivals[len(late) :]:
            if base is None or index - base >= _MAX_STATUSES or len(run) == _MAX_RECEIVED or _overflows(run, tick):
                if run and base is not None:
                    yield base, run
                base = run[-1][0] + 1 if run and index - run[-1][0] < _MAX_STATUSES else index
                run = []
            run.append((index, tick))
        if run and base is not None:
            yield base, run
            self._next_index = run[-1][0] + 1

    def _build(self, base: int, arrivals: Arrivals, media_ssrc: int) -> bytes:
        reference = arrivals[0][1] // _TICKS_PER_REFERENCE
        last = reference * _TICKS_PER_REFERENCE
        statuses = [_LOST] * (arrivals[-1][0] - base + 1)
        deltas = b""
        for index, tick in arrivals:
            delta, last = tick - last, tick
            small = 0 <= delta <= 0xFF
            statuses[index - base] = _SMALL_DELTA if small else _LARGE_DELTA
            deltas += struct.pack("!B" if small else "!h", delta)
        body = struct.pack("!IIHH", rtcp.LOCAL_SSRC, media_ssrc, base & 0xFFFF, len(statuses))
        body += struct.pack("!I", (reference & 0xFFFFFF) << 8 | self._message_count & 0xFF)
        body += _pack_chunks(statuses) + deltas
        self._message_count += 1
        return rtcp.pack(rtcp.TRANSPORT_FEEDBACK, rtcp.TRANSPORT_WIDE, body + bytes(-len(body) % 4))


def _overflows(run: Arrivals, tick: int) -> bool:
    """Whether the time since the last arrival is too long for a delta of 16 bits."""
    return bool(run) and abs(tick - run[-1][1]) > 0x7FFF


def _pack_chunks(statuses: list[int]) -> bytes:
    chunks = b""
    for start in range(0, len(statuses), _STATUSES_PER_CHUNK):
        chunk = _TWO_BIT_VECTOR
        for place, status in enumerate(statuses[start : start + _STATUSES_PER_CHUNK]):
            chunk |= status << 12 - 2 * place
        chunks += struct.pack("!H", chunk)
    return chunks
