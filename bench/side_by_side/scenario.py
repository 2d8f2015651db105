"""Who publishes, who subscribes, and how much is sent."""

from __future__ import annotations

from dataclasses import dataclass

FRAMES_PER_SECOND = 30
PACKETS_PER_FRAME = 7
"""With packets of 1,200 bytes: 2 Mbit/s, a 720p camera."""


@dataclass(frozen=True)
class Scenario:
    """`publishers` send to `subscribers`; in a mesh, each subscriber has all publishers but its own."""

    name: str
    publishers: int
    subscribers: int
    is_mesh: bool = False
    with_feedback: bool = False
    """Whether viewers report arrivals (TWCC), so that an SFU paces and estimates."""
    packets_per_frame: int = PACKETS_PER_FRAME
    is_idle: bool = False
    """Everyone is connected and nobody sends."""

    @classmethod
    def one_to(cls, subscribers: int, with_feedback: bool = False) -> Scenario:
        return cls(f"1 to {subscribers}", 1, subscribers, with_feedback=with_feedback)

    @classmethod
    def mesh_of(cls, people: int, with_feedback: bool = False) -> Scenario:
        return cls(f"{people} x {people}", people, people, is_mesh=True, with_feedback=with_feedback)

    @classmethod
    def idle_with(cls, peers: int) -> Scenario:
        return cls(f"{peers} idle", 1, peers - 1, is_idle=True)

    @property
    def label(self) -> str:
        return f"{self.name}, TWCC" if self.with_feedback else self.name

    @property
    def copies(self) -> int:
        """How many subscribers have each packet."""
        return self.subscribers - 1 if self.is_mesh else self.subscribers

    def wanted_by(self, subscriber: int) -> list[int]:
        """The publishers that a subscriber has."""
        return [number for number in range(self.publishers) if not self.is_mesh or number != subscriber]
