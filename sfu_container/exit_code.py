"""How a process ends, for whoever started it."""

from __future__ import annotations

from enum import IntEnum


class ExitCode(IntEnum):
    """1 is left to Python, which ends so after an error that nobody caught."""

    OK = 0
    WRONG_SETTINGS = 2
    CANNOT_START = 3
    """A port is taken, the address is not ours, or the supervisor is gone."""
