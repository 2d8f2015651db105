"""Why a run cannot start; the message is for the person who started it.

RunError
 ├─ HomeError         the state folder is in use, or holds something unreadable
 ├─ PortError         PORT is no base port, or a port is taken
 └─ StartFailedError  a part ended, or did not become ready
"""

from __future__ import annotations

from collections.abc import Sequence


class RunError(Exception):
    pass


class HomeError(RunError):
    pass


class PortError(RunError):
    pass


class StartFailedError(RunError):
    """The part `part` did not start: `reason` says how that showed, `lines` are the last that it logged."""

    def __init__(self, part: str, reason: str, lines: Sequence[str]) -> None:
        self.part = part
        self.reason = reason
        tail = "".join(f"\n    {line}" for line in lines) or "\n    (it logged nothing)"
        super().__init__(f"{part} {reason}. The last that it logged:{tail}")
