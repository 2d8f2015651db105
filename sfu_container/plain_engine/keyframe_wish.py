"""Asking a publisher for a keyframe: coalesced, repeated, and given up after a while."""

from __future__ import annotations

INTERVAL_SECONDS = 0.3


class KeyframeWish:
    """The wish of everybody who waits for a keyframe of one stream.

    From `ask` until `fulfil` it is due again every `INTERVAL_SECONDS`, also across wishes. When a keyframe takes longer
    than the timeout the wish ends, which `has_timed_out` tells once; whoever still waits asks again.
    """

    def __init__(self, timeout_seconds: float) -> None:
        self._timeout_seconds = timeout_seconds
        self._asked_at: float | None = None
        self._sent_at: float | None = None

    def ask(self, now: float) -> None:
        """Wish for a keyframe; a wish that is under way goes on."""
        if self._asked_at is None:
            self._asked_at = now

    def fulfil(self) -> None:
        """A keyframe came."""
        self._asked_at = None

    def take_due(self, now: float) -> bool:
        """Whether a request has to be sent now."""
        if self._asked_at is None or (self._sent_at is not None and now - self._sent_at < INTERVAL_SECONDS):
            return False
        self._sent_at = now
        return True

    def has_timed_out(self, now: float) -> bool:
        """Whether the wish has just ended without a keyframe."""
        if self._asked_at is None or now - self._asked_at < self._timeout_seconds:
            return False
        self._asked_at = None
        return True
