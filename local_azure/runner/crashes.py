"""When to start a crashed part again, and when to call it a loop."""

from __future__ import annotations

from collections import deque

_WINDOW_SECONDS = 60.0
_FIRST_PAUSE_SECONDS = 0.5
_LONGEST_PAUSE_SECONDS = 10.0
_LOOP_CRASHES = 3


class Crashes:
    """The crashes of one part within the last minute."""

    def __init__(self) -> None:
        self._times: deque[float] = deque()

    def add(self, now: float) -> float:
        """Notes a crash at `now` (seconds of any clock) and returns how many seconds to wait before the next start."""
        self._times.append(now)
        while self._times[0] <= now - _WINDOW_SECONDS:
            self._times.popleft()
        pause: float = min(_FIRST_PAUSE_SECONDS * 2 ** (len(self._times) - 1), _LONGEST_PAUSE_SECONDS)
        return pause

    @property
    def count(self) -> int:
        return len(self._times)

    @property
    def is_loop(self) -> bool:
        return self.count >= _LOOP_CRASHES
