"""How loud a Publication is (RFC 6464)."""

from __future__ import annotations

from sfu_container.plain_engine.rtp import RtpPacket

SILENCE = 127
"""-dBov, the quietest level there is."""
ASSUMED_LEVEL = 60
"""Of packets with sound from a sender that does not tell levels."""
_LARGEST_SILENT_PAYLOAD = 10
"""Bytes; what Opus sends for silence is smaller than this."""
_RISE, _FALL = 0.2, 0.05
"""The share of a new level in the smoothed one, at 50 packets a second: quick to hear, slow to forget."""
_FORGET_SECONDS = 0.5


class AudioLevel:
    """A level in -dBov, smoothed: 0 is as loud as can be, 127 is silence."""

    def __init__(self) -> None:
        self._level = float(SILENCE)
        self._heard_at = float("-inf")

    def hear(self, level: int, now: float) -> None:
        """Take the level of a packet."""
        if now - self._heard_at >= _FORGET_SECONDS:
            self._level = float(SILENCE)
        self._level += (level - self._level) * (_RISE if level < self._level else _FALL)
        self._heard_at = now

    def at(self, now: float) -> int:
        """The level now; silence when nothing came lately."""
        return round(self._level) if now - self._heard_at < _FORGET_SECONDS else SILENCE


def read_level(rtp: RtpPacket, extension_id: int | None) -> int:
    """The level that a packet tells, or one assumed from its size."""
    value = rtp.extensions.get(extension_id) if extension_id is not None else None
    if value:
        return value[0] & 0x7F
    return ASSUMED_LEVEL if len(rtp.payload) > _LARGEST_SILENT_PAYLOAD else SILENCE
