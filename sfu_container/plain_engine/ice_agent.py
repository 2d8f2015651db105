"""ICE-lite for one Peer (RFC 8445, 2.5; RFC 7675).

We only answer checks. A valid check proves its path; the peer nominates one path of those, and that is where we send.
A restart gives new credentials: the old ones, and the path nominated with them, go on until a check with the new ones
nominates a path or the grace is over.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple

CONSENT_SECONDS = 30.0
"""How long after the last valid check we go on sending (RFC 7675, 5.1)."""
MAX_PATHS = 8


class Path(NamedTuple):
    """A 5-tuple: our socket, by its number, and the remote address."""

    protocol: Literal["udp", "tcp"]
    remote: tuple[str, int]
    local: int = 0


@dataclass(frozen=True, slots=True)
class Credentials:
    ufrag: str
    pwd: str


class IceAgent:
    def __init__(self, peer: str, credentials: Credentials) -> None:
        self.peer = peer
        self.credentials = credentials
        self.previous: Credentials | None = None
        """Before the restart that is under way."""
        self.paths: dict[Path, float] = {}
        """Proven paths by the time of the last check, oldest first."""
        self.send_path: Path | None = None
        """Where to send to now; None without consent."""
        self.stale_ufrags: list[str] = []
        self.stale_paths: list[Path] = []
        """What the agent has let go of; whoever indexes agents by these empties both lists."""
        self.connected = False
        self._nominated: Path | None = None
        self._grace_until = 0.0
        self._checked_at = 0.0
        self._heard_at = 0.0

    def restart(self, credentials: Credentials, grace_until: float) -> None:
        """Take new credentials and keep the old ones until then."""
        self._end_restart()
        self.previous, self.credentials = self.credentials, credentials
        self._grace_until = grace_until

    def check(self, path: Path, credentials: Credentials, nominated: bool, now: float) -> bool:
        """A valid check came. Returns whether the Peer is connected by it, anew or by another path."""
        self.paths.pop(path, None)
        self.paths[path] = self._checked_at = self._heard_at = now
        restarted = nominated and self.previous is not None and credentials == self.credentials
        if restarted:
            self._end_restart()
            self._let_go([old for old in self.paths if old != path])
        if len(self.paths) > MAX_PATHS:
            self._let_go([next(old for old in self.paths if old != self._nominated)])
        news = restarted or (nominated and path != self._nominated)
        if nominated:
            self._nominated = path
        # Before a path is nominated, answers to DTLS go where the last check came from.
        self.send_path = self._nominated or path
        return self._hear() or news

    def hear(self, now: float) -> bool:
        """Something came that only the Peer can have sent. Returns whether it is back after a silence."""
        self._heard_at = now
        return self._hear()

    def _hear(self) -> bool:
        if self.connected or self._nominated is None:
            return False
        self.connected = True
        return True

    def forget(self, path: Path) -> None:
        """A TCP connection is closed: nothing can be sent that way any more."""
        self.paths.pop(path, None)
        if self._nominated == path:
            self._nominated = None
        if self.send_path == path:
            self.send_path = None

    def expire(self, timeout_seconds: float, now: float) -> bool:
        """Let time pass. Returns whether the Peer has just fallen silent."""
        if self.previous is not None and now >= self._grace_until:
            self._end_restart()
            self._let_go(list(self.paths))
            self._nominated = self.send_path = None
        if now - self._checked_at >= CONSENT_SECONDS:
            self.send_path = None
        if not self.connected or now - self._heard_at < timeout_seconds:
            return False
        self.connected = False
        return True

    def _end_restart(self) -> None:
        if self.previous is not None:
            self.stale_ufrags.append(self.previous.ufrag)
            self.previous = None

    def _let_go(self, paths: list[Path]) -> None:
        for path in paths:
            del self.paths[path]
        self.stale_paths += paths
