"""Media grants that have not run out but let nobody in any more."""

from __future__ import annotations

from parley_protocol.errors import LeaveReason
from parley_protocol.grants import MediaGrant
from sfu_container.recent import RecentIds

GRANT_LIFE_SECONDS = 180.0
"""A little more than a media grant lives; what ended is remembered for as long."""
BARRING_REASONS = frozenset({LeaveReason.REMOVED, LeaveReason.BANNED})
"""Reasons that concern the person: no Peer of the participant is let in, not only the one that ended."""


class SpentGrants:
    """Remembers which Peers, participants and sessions are over. `now` is in seconds."""

    def __init__(self) -> None:
        self._ended = RecentIds(GRANT_LIFE_SECONDS)

    def end_session(self, session: str, now: float) -> None:
        """Nobody is let into the session."""
        self._ended.add(session, now)

    def end_peer(self, peer: str, now: float) -> None:
        """The grant of that Peer was used, or is not to be."""
        self._ended.add(peer, now)

    def remove(self, session: str, participant: str, peer: str | None, reason: LeaveReason, now: float) -> None:
        """A participant, or only that Peer of it when one is named, was told to go; whether it has come or not."""
        if reason in BARRING_REASONS:
            self._ended.add(_person(session, participant), now)
        if peer is not None:
            self._ended.add(peer, now)

    def has(self, grant: MediaGrant, now: float) -> bool:
        """Whether the grant lets nobody in."""
        names = (grant.peer, grant.session, _person(grant.session, grant.sub))
        return any(self._ended.has(name, now) for name in names)

    def expire(self, now: float) -> None:
        """Forget those that have run out by themselves."""
        self._ended.expire(now)


def _person(session: str, participant: str) -> str:
    return f"{session}/{participant}"
