"""The Rooms of a node, by session and by Peer."""

from __future__ import annotations

from collections.abc import Callable

from sfu_container.room import Room


class Rooms:
    """A Room is here from its first Peer to its last."""

    def __init__(self, make: Callable[[str], Room]) -> None:
        """`make` makes the Room of a session."""
        self._make = make
        self._by_session: dict[str, Room] = {}
        self._by_peer: dict[str, Room] = {}

    @property
    def peers(self) -> int:
        return len(self._by_peer)

    @property
    def sessions(self) -> tuple[str, ...]:
        return tuple(self._by_session)

    def all(self) -> list[Room]:
        """The Rooms there are now; they may go while being walked over."""
        return list(self._by_session.values())

    def of_session(self, session: str) -> Room | None:
        return self._by_session.get(session)

    def of_peer(self, peer: str) -> Room | None:
        return self._by_peer.get(peer)

    def open(self, session: str) -> Room:
        """The session's Room, new where there is none; to be discarded if nobody comes in."""
        if session not in self._by_session:
            self._by_session[session] = self._make(session)
        return self._by_session[session]

    def peer_entered(self, peer: str, room: Room) -> None:
        self._by_peer[peer] = room

    def peer_left(self, peer: str) -> None:
        room = self._by_peer.pop(peer, None)
        if room is not None:
            self.discard_if_empty(room)

    def discard_if_empty(self, room: Room) -> None:
        if room.is_empty:
            self._by_session.pop(room.session, None)
