"""What the Rooms of a node share, and whom they tell."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from parley_protocol.errors import LeaveReason
from parley_protocol.quality import PeerQuality
from sfu_container.engine import Engine
from sfu_container.peer import MediaAddress, Peer
from sfu_container.ports import Links, Mailbox


class RoomListener(Protocol):
    """Who is told of the Peers that come up and go."""

    def peer_connected(self, peer: Peer) -> None: ...

    def peer_left(self, peer: Peer, reason: LeaveReason, quality: PeerQuality | None) -> None:
        """`quality` is how its connection was, if that is known."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    engine: Engine
    links: Links
    mailbox: Mailbox
    address: MediaAddress
    grace_seconds: float
    listener: RoomListener
