"""How a participant's connection was, as the nodes of its Peers told it, each once."""

from __future__ import annotations

from typing import Self

from parley_protocol.quality import PeerQuality
from parley_protocol.wire import Wire

MAX_PEERS = 8
"""How many of a participant's Peers are remembered: nodes tell late, but not that late."""


class PeerThere(Wire):
    """A Peer that has had media."""

    id: str
    node: str
    is_told_of: bool = False
    """Whether its node has told how its connection was."""


class ConnectionRecord(Wire):
    peers: tuple[PeerThere, ...] = ()
    """The latest ones."""
    quality: PeerQuality | None = None
    """Of all Peers that were told of; absent while none was, as when its node died."""
    troubled_ratio: float | None = None
    """Which part of the time the connection was poor or lost, 0 to 1; by it the worst are found."""

    def with_media_by(self, peer: str, node: str) -> Self:
        """Remembers the Peer, in the place of the oldest if there are many."""
        if any(known.id == peer and known.node == node for known in self.peers):
            return self
        return self.model_copy(update={"peers": (*self.peers, PeerThere(id=peer, node=node))[-MAX_PEERS:]})

    def told(self, peer: str, node: str, quality: PeerQuality) -> Self | None:
        """With what the node says of the Peer; None when it was not there on that node, or was told of before."""
        told = PeerThere(id=peer, node=node)
        if told not in self.peers:
            return None
        peers = tuple(told.model_copy(update={"is_told_of": True}) if one == told else one for one in self.peers)
        together = self.quality.plus(quality) if self.quality else quality
        troubled = together.poor_seconds + together.lost_seconds
        ratio = round(troubled / together.seconds, 4) if together.seconds else None
        return self.model_copy(update={"peers": peers, "quality": together, "troubled_ratio": ratio})
