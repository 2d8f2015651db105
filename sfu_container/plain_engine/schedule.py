"""Things to be done again and again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

Action = Callable[[float], None]
"""Takes the time."""


@dataclass(slots=True)
class _Entry:
    interval: float
    action: Action
    due: float = float("-inf")


class Schedule:
    def __init__(self) -> None:
        self._entries: list[_Entry] = []

    def every(self, interval: float, action: Action) -> None:
        """Do something about every `interval` seconds."""
        self._entries.append(_Entry(interval, action))

    def run(self, now: float) -> None:
        """Do what is due, once, however late it is."""
        for entry in self._entries:
            if now >= entry.due:
                entry.due = now + entry.interval
                entry.action(now)
