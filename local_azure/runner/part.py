"""What a run consists of: programs, and how each shows that it is ready."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field


def _anything(_body: bytes) -> bool:
    return True


@dataclass(frozen=True)
class Probe:
    """Holds when a GET of `url` is answered 200 with a body that `accepts` takes."""

    url: str
    accepts: Callable[[bytes], bool] = _anything


@dataclass(frozen=True)
class Part:
    """One program of the platform.

    It is ready when all its probes hold; one that `runs_once` is ready when it has ended with exit code 0.
    """

    name: str
    command: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=dict)
    """Added to the environment of the runner."""
    probes: tuple[Probe, ...] = ()
    runs_once: bool = False
    start_seconds: float = 60.0
    """How long it may take to become ready."""
    stop_seconds: float = 6.0
    """How long it may take to end after SIGTERM; then it is killed."""
