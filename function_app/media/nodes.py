"""The nodes that are alive, and the port to the registry that remembers them for as long as their lease runs."""

from __future__ import annotations

from typing import Protocol

from pydantic import BaseModel, ConfigDict

from parley_protocol.ids import NodeId
from parley_protocol.nodes import Capacity, HttpAddress, Load, NodeReport, ReleaseTrack

HEARTBEAT_SECONDS = 2.0
LEASE_SECONDS = 7.0
"""Three heartbeats and a little: a node that was not heard for so long is dead."""


class Node(BaseModel):
    """A node as its last heartbeat tells it."""

    model_config = ConfigDict(frozen=True)

    id: NodeId
    region: str
    http_address: HttpAddress | None = None
    """Where WHIP and WHEP requests are brought to it."""
    version: str
    track: ReleaseTrack
    capacity: Capacity
    load: Load
    draining: bool
    retiring: bool = False
    """It takes no new sessions."""
    listening: bool
    """Whether its signalling connection is up, so that a message to a group would reach it."""
    connection: str
    """Names the signalling connection: another value means that the node's groups are forgotten."""

    @classmethod
    def reported(cls, node: str, report: NodeReport, *, listening: bool, connection: str) -> Node:
        return cls(
            id=node,
            region=report.region,
            http_address=report.http_address,
            version=report.version,
            track=report.track,
            capacity=report.capacity,
            load=report.load,
            draining=report.draining,
            retiring=report.retiring,
            listening=listening,
            connection=connection,
        )

    @property
    def is_full(self) -> bool:
        """Whether it would refuse a further Peer; only one that replaces a Peer which it has needs no room."""
        return self.load.peers >= self.capacity.peers

    @property
    def fullness(self) -> float:
        """The share of the scarcest capacity that is in use; 1 is full."""
        packets = self.load.packets_per_second / self.capacity.packets_per_second
        return max(packets, self.load.peers / self.capacity.peers)


class NodeRegistry(Protocol):
    """Remembers nodes until their lease runs out. May raise RegistryUnavailableError."""

    async def put(self, node: Node) -> None:
        """Remembers the node for `LEASE_SECONDS` from now."""

    async def get(self, node: str) -> Node | None:
        """The node, or None when its lease has run out or it was never there."""

    async def live(self) -> list[Node]:
        """Every node with a running lease."""
