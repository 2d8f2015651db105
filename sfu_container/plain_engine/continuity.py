"""One unbroken stream out of many: sequence numbers, timestamps and VP8 numbers of what a Slot sends.

Numbers of the incoming stream are shifted by constants that are chosen at each switch, so that they go on where the
last stream ended. Packets that are left out shift the sequence numbers of those behind them, so that receivers see no
gap; since packets may come out of order, the last few shifts are kept with the index from which each is valid.
A packet lost on the way here does leave a gap, which its recovery fills.
"""

from __future__ import annotations

import secrets
from collections import deque
from dataclasses import dataclass

from sfu_container.plain_engine.media import MediaPacket
from sfu_container.plain_engine.sequence import SEQUENCE_MODULUS, TIMESTAMP_MODULUS

_KEPT_SHIFTS = 64
_TL0_MODULUS = 1 << 8


@dataclass(frozen=True, slots=True)
class Place:
    """Where a packet goes in the outgoing stream."""

    sequence_number: int
    timestamp: int
    picture_id: int | None
    tl0_index: int | None


@dataclass(frozen=True, slots=True)
class _Shift:
    first_index: int
    sequence: int
    picture: int


class Continuity:
    def __init__(self) -> None:
        self._shifts: deque[_Shift] = deque(maxlen=_KEPT_SHIFTS)
        self._timestamp_shift = 0
        self._tl0_shift = 0
        self._next_index = 0
        self._skipped_picture: int | None = None
        # RFC 3550, 5.1: random beginnings. The sequence leaves room before SRTP's first rollover.
        self._last_sequence = secrets.randbits(15)
        self._last_timestamp = secrets.randbits(32)
        self._last_picture_id = secrets.randbits(15)
        self._last_tl0_index = secrets.randbits(8)
        self._last_sent_at: float | None = None

    def begin(self, first: MediaPacket, clock_rate: int, now: float) -> None:
        """Go on with another stream; `first` is its first packet. Timestamps advance by the time that passed."""
        ticks = 0 if self._last_sent_at is None else max(1, round((now - self._last_sent_at) * clock_rate))
        self._timestamp_shift = self._last_timestamp + ticks - first.rtp.timestamp
        picture_shift = 0
        if first.frame is not None and first.frame.picture_id is not None:
            picture_shift = self._last_picture_id + 1 - first.frame.picture_id
        if first.frame is not None and first.frame.tl0_index is not None:
            self._tl0_shift = self._last_tl0_index + 1 - first.frame.tl0_index
        self._shifts.clear()
        self._shifts.append(_Shift(first.index, self._last_sequence + 1 - first.index, picture_shift))
        self._next_index = first.index
        self._skipped_picture = None

    def place(self, media: MediaPacket, now: float) -> Place | None:
        """Where a packet goes; None when it is older than the switch."""
        shift = self._shift_at(media.index)
        if shift is None:
            return None
        frame = media.frame
        sequence = media.index + shift.sequence
        timestamp = self.timestamp(media.rtp.timestamp)
        picture_id = tl0_index = None
        if frame is not None and frame.picture_id is not None:
            picture_id = (frame.picture_id + shift.picture) % (1 << frame.picture_id_bits)
        if frame is not None and frame.tl0_index is not None:
            tl0_index = (frame.tl0_index + self._tl0_shift) % _TL0_MODULUS
        if media.index >= self._next_index:
            self._next_index = media.index + 1
            self._last_sequence, self._last_timestamp, self._last_sent_at = sequence, timestamp, now
            self._last_picture_id = self._last_picture_id if picture_id is None else picture_id
            self._last_tl0_index = self._last_tl0_index if tl0_index is None else tl0_index
        return Place(sequence % SEQUENCE_MODULUS, timestamp, picture_id, tl0_index)

    def skip(self, media: MediaPacket) -> Place | None:
        """Leave a packet out. Returns the place that has to be filled with padding when later ones are out already."""
        if media.index < self._next_index:
            shift = self._shift_at(media.index)
            if shift is None:
                return None
            number = (media.index + shift.sequence) % SEQUENCE_MODULUS
            return Place(number, self.timestamp(media.rtp.timestamp), None, None)
        last = self._shifts[-1]
        picture = last.picture
        picture_id = None if media.frame is None else media.frame.picture_id
        if picture_id is not None and picture_id != self._skipped_picture:
            self._skipped_picture = picture_id
            picture -= 1
        self._shifts.append(_Shift(media.index + 1, last.sequence - 1, picture))
        self._next_index = media.index + 1
        return None

    def timestamp(self, incoming: int) -> int:
        """The outgoing timestamp of an incoming one."""
        return (incoming + self._timestamp_shift) % TIMESTAMP_MODULUS

    def _shift_at(self, index: int) -> _Shift | None:
        for shift in reversed(self._shifts):
            if index >= shift.first_index:
                return shift
        return None
