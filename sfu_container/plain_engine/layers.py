"""Which encoding of a Publication a Slot carries, and which temporal layers of it."""

from __future__ import annotations

from collections.abc import Sequence

from sfu_container.plain_engine.received_stream import ReceivedStream
from sfu_container.plain_engine.vp8 import Vp8Descriptor


def choose_stream(streams: Sequence[ReceivedStream], max_height: int, now: float) -> ReceivedStream | None:
    """The lowest stream at least `max_height` pixels high, or the highest there is, among those that flow.

    `streams` are in order, lowest first. Streams whose height is not known yet count only where none is known; when
    nothing flows at all, the choice is among all of them.
    """
    candidates = [stream for stream in streams if stream.is_flowing(now)] or list(streams)
    known = [stream for stream in candidates if stream.height is not None]
    if not known:
        return candidates[0] if candidates else None
    high_enough = (stream for stream in known if stream.height is not None and stream.height >= max_height)
    return next(high_enough, known[-1])


class TemporalFilter:
    """Leaves out the frames above a temporal layer so that the rest still decodes."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._highest = limit

    def set_limit(self, limit: int) -> None:
        """Change the highest layer wanted: down at once, up where the sender allows it."""
        self._limit = limit
        self._highest = min(self._highest, limit)

    def admits(self, frame: Vp8Descriptor | None) -> bool:
        """Whether packets of this frame are forwarded."""
        if frame is None:
            return True
        if frame.starts_keyframe:
            self._highest = self._limit
        layer = frame.temporal_index
        if layer is None or layer <= self._highest:
            return True
        if layer <= self._limit and frame.layer_sync:
            self._highest = layer
            return True
        return False
