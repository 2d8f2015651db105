"""What an SFU node and the media controller tell each other over the internal API.

`PUT /internal/nodes/{id}` registers a node and is its heartbeat; `POST /internal/nodes/{id}/events` reports what
happened to its Peers; `POST /internal/nodes/{id}/joins` lets somebody in who came to the node with a join token.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import Field, IPvAnyAddress, StringConstraints

from parley_protocol.errors import LeaveReason
from parley_protocol.ids import MeetingId, ParticipantId, PeerId, SessionId, TenantId
from parley_protocol.quality import PeerQuality
from parley_protocol.wire import Wire

HttpOrigin = Annotated[str, StringConstraints(max_length=255, pattern=r"^https?://[^\s/?#]+$")]
"""A scheme, a host and perhaps a port: what a path is put behind."""


class ReleaseTrack(StrEnum):
    STABLE = "stable"
    CANARY = "canary"


class MediaAddress(Wire):
    """Where the node's one media port is reached from outside; UDP and TCP share the number."""

    ip: str
    port: int = Field(ge=1, le=65535)


class HttpAddress(Wire):
    """Where the control plane reaches the node's HTTP side. It is no name, which might lead elsewhere by the time."""

    ip: IPvAnyAddress
    port: int = Field(ge=1, le=65535)

    @property
    def origin(self) -> str:
        host = f"[{self.ip}]" if self.ip.version == 6 else str(self.ip)
        return f"http://{host}:{self.port}"


class Capacity(Wire):
    packets_per_second: int = Field(gt=0)
    peers: int = Field(gt=0)


class Load(Wire):
    packets_per_second: float = Field(ge=0)
    peers: int = Field(ge=0)
    sessions: int = Field(ge=0)


class NodeReport(Wire):
    """The body of a node's registration and of each heartbeat."""

    region: str = Field(min_length=1, max_length=64)
    version: str = Field(min_length=1, max_length=64)
    track: ReleaseTrack = ReleaseTrack.STABLE
    address: MediaAddress
    http_address: HttpAddress | None = None
    """Where WHIP and WHEP requests are brought to the node; absent where they cannot be."""
    capacity: Capacity
    load: Load
    draining: bool = False
    """It has sent everybody away, or is about to, and takes no Peer."""
    retiring: bool = False
    """It takes no new sessions; those that it carries go on there until they end."""
    needs_signalling: bool = False
    """Asks for a signalling URL: at the start, and whenever the node has to open a new connection."""
    listening: bool = True
    """The node's signalling connection is open."""
    sessions: tuple[SessionId, ...] = Field(default=(), max_length=10_000)
    """The sessions that the node carries now; a new signalling URL listens for these."""


class NodeLease(Wire):
    """The answer: what the node needs to work, valid until the next heartbeat is due."""

    heartbeat_seconds: float = Field(gt=0)
    signalling_url: str | None = None
    """A Web PubSub client URL, when `needsSignalling` asked for one; single use is not promised."""
    jwks: dict[str, Any]
    """The public keys that verify media grants (RFC 7517)."""
    ended_sessions: tuple[SessionId, ...] = ()
    """Of the sessions that the node reported, those that are over: everyone in them goes, as on `endSession`."""


class _PeerEvent(Wire):
    """Something that happened to a Peer, with all that it belongs to as its media grant said."""

    tenant: TenantId
    meeting: MeetingId
    session: SessionId
    participant: ParticipantId
    peer: PeerId
    at: datetime


class PeerConnected(_PeerEvent):
    """The Peer's media path is up (ICE and DTLS)."""

    type: Literal["peerConnected"] = "peerConnected"


class PeerLeft(_PeerEvent):
    """The Peer has ended."""

    type: Literal["peerLeft"] = "peerLeft"
    reason: LeaveReason
    quality: PeerQuality | None = None
    """How its connection was; absent when it was too short to tell."""


NodeEvent = Annotated[PeerConnected | PeerLeft, Field(discriminator="type")]


class NodeEvents(Wire):
    """The body of `POST /internal/nodes/{id}/events`. Delivery is at least once: receivers must tolerate repeats."""

    events: tuple[NodeEvent, ...] = Field(max_length=1000)


class NodeJoin(Wire):
    """The body of `POST /internal/nodes/{id}/joins`: a WHIP or WHEP client wants in, with this join token."""

    token: str = Field(min_length=1, max_length=8192)


class IceServer(Wire):
    """One entry of RTCConfiguration.iceServers."""

    urls: tuple[str, ...]
    username: str | None = None
    credential: str | None = None


class Admitted(Wire):
    """The participant has joined, and its Peer may come onto this node."""

    type: Literal["admitted"] = "admitted"
    media_grant: str
    ice_servers: tuple[IceServer, ...] = ()


class Elsewhere(Wire):
    """Another node carries the session; the request is to be brought there."""

    type: Literal["elsewhere"] = "elsewhere"


NodeJoinAnswer = Annotated[Admitted | Elsewhere, Field(discriminator="type")]
