"""What an Engine counts and measures.

Counts go from the start of the thing that they are counted for. Rates are those of the last second, in bits or RTP
packets; bytes are those of RTP packets as they go over UDP. "Received" is what Peers send to the node, "sent" what they
are sent.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from sfu_container.engine import MediaKind


@dataclass(slots=True, kw_only=True)
class StreamStats:
    """One or more streams in one direction."""

    packets: int = 0
    bytes: int = 0
    lost: int = 0
    """Packets missing so far by RFC 3550, A.3, whether or not they were repeated; may shrink when late ones come."""
    nacks: int = 0
    """Sequence numbers that the receiver asked for again (RFC 4585)."""
    keyframe_requests: int = 0
    """PLI and FIR."""
    retransmitted: int = 0


@dataclass(slots=True, kw_only=True)
class EncodingStats(StreamStats):
    """One encoding of a Publication, as it comes in."""

    publication: str
    kind: MediaKind
    rid: str | None = None
    keyframes: int = 0
    packets_per_second: int = 0
    bits_per_second: int = 0
    loss_ratio: float = 0.0
    """The part of packets lost over the last second, 0 to 1, before repetition mends it."""
    jitter_seconds: float = 0.0
    """RFC 3550, 6.4.1."""
    height: int | None = None
    """In pixels, as of the last keyframe."""


@dataclass(slots=True, kw_only=True)
class SlotStats(StreamStats):
    """One Slot; what only its viewer can know is as of the viewer's last Receiver Report."""

    slot: str
    kind: MediaKind
    publication: str | None = None
    """What it carries now."""
    rid: str | None = None
    height: int | None = None
    """Of the picture that is forwarded, in pixels."""
    spatial_layer: int | None = None
    """The highest that was forwarded over the last second, from 0."""
    temporal_layer: int | None = None
    packets_per_second: int = 0
    bits_per_second: int = 0
    loss_ratio: float | None = None
    jitter_seconds: float | None = None
    freezes: int = 0
    """How often the picture stood still for more than half a second although it should have moved."""
    frozen_seconds: float = 0.0
    """For how long, all together."""


@dataclass(slots=True, kw_only=True)
class PeerStats:
    received: StreamStats = field(default_factory=StreamStats)
    sent: StreamStats = field(default_factory=StreamStats)
    received_bits_per_second: int = 0
    sent_bits_per_second: int = 0
    round_trip_seconds: float | None = None
    """By the Peer's Receiver Reports (RFC 3550, 6.4.1): none before it was sent media and has answered."""
    transport: Literal["udp", "tcp"] | None = None
    """What carries its packets; none while there is no path."""
    estimate_bits_per_second: int | None = None
    """What may be sent to it, where it reports arrivals."""
    encodings: Sequence[EncodingStats] = ()
    """Those that have begun, lowest first within a Publication."""
    slots: Sequence[SlotStats] = ()


@dataclass(frozen=True, slots=True)
class Distribution:
    """How values were distributed since the start."""

    buckets: Sequence[tuple[float, int]] = ()
    """Rising upper bounds, the last one infinite, each with the number of values that were not above it."""
    sum: float = 0.0


@dataclass(frozen=True, slots=True)
class ReportStats:
    """How streams of one kind fared in one direction, with one value for each report on a stream."""

    loss_ratio: Distribution = Distribution()
    jitter_seconds: Distribution = Distribution()


@dataclass(slots=True, kw_only=True)
class EngineStats:
    """The whole engine: also what Peers did that are gone, but no list of Peers."""

    received: StreamStats = field(default_factory=StreamStats)
    sent: StreamStats = field(default_factory=StreamStats)
    freezes: int = 0
    round_trip_seconds: Distribution = Distribution()
    received_reports: Mapping[MediaKind, ReportStats] = field(default_factory=dict)
    sent_reports: Mapping[MediaKind, ReportStats] = field(default_factory=dict)
    dropped: Mapping[str, int] = field(default_factory=dict)
    """Input that was dropped, by reason: unknownSource, badStun, badSrtp, replayed, badRtp, …"""
    peers: int = 0
    publications: Mapping[MediaKind, int] = field(default_factory=dict)
    carrying_slots: Mapping[MediaKind, int] = field(default_factory=dict)
    estimated_peers: int = 0
    """Peers for which there is an estimate."""
    estimate_bits_per_second: int = 0
    """The sum of all estimates."""
    paced_packets: int = 0
    """Packets that wait for their turn, because more at once would fill a Peer's link."""
    waiting_events: int = 0
    """Events that were not taken yet."""
    cpu_seconds: float = 0.0
    """What the engine's thread has used."""
