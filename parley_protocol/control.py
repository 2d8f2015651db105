"""The messages on the data channel `control` between client and node: docs/signalling.md in models."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Final, Literal

from pydantic import Field, TypeAdapter

from parley_protocol.errors import ErrorCode, LeaveReason
from parley_protocol.grants import Source
from parley_protocol.ids import ParticipantId, PublicationId
from parley_protocol.wire import Mid, ParticipantState, RequestId, SignallingError, SlotRequest, Wire

MAX_CONTROL_BYTES: Final = 16 * 1024
"""The largest message a node reads from the data channel."""
ROSTER_PAGE: Final = 100
"""Participants in one `roster` message."""


class Layout(Wire):
    type: Literal["layout"] = "layout"
    slots: tuple[SlotRequest, ...] = Field(max_length=64)


class Publish(Wire):
    """Declares a Publication on an m-line that was negotiated but not yet used, such as the screen's."""

    type: Literal["publish"] = "publish"
    request_id: RequestId
    mid: Mid
    source: Source
    muted: bool = False


class Unpublish(Wire):
    type: Literal["unpublish"] = "unpublish"
    publication: PublicationId


class Mute(Wire):
    type: Literal["mute"] = "mute"
    publication: PublicationId
    muted: bool


class WatchStats(Wire):
    """Begins, or ends, the `stats` about this Peer."""

    type: Literal["watchStats"] = "watchStats"
    enabled: bool


ControlToNode = Annotated[Layout | Publish | Unpublish | Mute | WatchStats, Field(discriminator="type")]


class Roster(Wire):
    """Everyone in the session, in pages; it replaces what the client knew once the page without `more` is there."""

    type: Literal["roster"] = "roster"
    participants: tuple[ParticipantState, ...]
    more: bool = False


class ParticipantChanged(Wire):
    """A participant came, or something of it changed; the state is whole, not a difference."""

    type: Literal["participant"] = "participant"
    participant: ParticipantState


class ParticipantLeft(Wire):
    type: Literal["participantLeft"] = "participantLeft"
    participant: ParticipantId
    reason: LeaveReason


class Published(Wire):
    type: Literal["published"] = "published"
    request_id: RequestId
    mid: Mid
    publication: PublicationId


class SlotRefusal(Wire):
    """Why a slot does not carry what the layout asks for."""

    publication: PublicationId
    code: ErrorCode
    """`CodecUnsupported`: the client did not negotiate the codec."""
    codec: str
    """What the publication is sent in: VP8, VP9, H264, AV1."""


class SlotState(Wire):
    """What a slot carries now; nothing when `publication` is absent."""

    mid: Mid
    publication: PublicationId | None = None
    participant: ParticipantId | None = None
    rid: str | None = None
    refusal: SlotRefusal | None = None


class Slots(Wire):
    """The slots that changed."""

    type: Literal["slots"] = "slots"
    slots: tuple[SlotState, ...]


class EncodingState(Wire):
    """One encoding of a Publication; `rid` is absent where there is only one."""

    rid: str | None = None
    active: bool


class Encodings(Wire):
    """Which encodings of one's own Publication are worth sending: the others nobody receives."""

    type: Literal["encodings"] = "encodings"
    publication: PublicationId
    encodings: tuple[EncodingState, ...]


class SpeakerLevel(Wire):
    participant: ParticipantId
    level: int = Field(ge=0, le=127)
    """Loudness in -dBov (RFC 6464): 0 is the loudest, 127 silence."""


class Speakers(Wire):
    """Who is heard, loudest first, at most five times a second and only when it changed."""

    type: Literal["speakers"] = "speakers"
    speakers: tuple[SpeakerLevel, ...]
    dominant: ParticipantId | None = None


class ConnectionQuality(StrEnum):
    GOOD = "good"
    POOR = "poor"
    LOST = "lost"


class ParticipantQuality(Wire):
    participant: ParticipantId
    quality: ConnectionQuality


class Quality(Wire):
    """Whose connection has another quality than before; who was not named since the last `roster` has a good one."""

    type: Literal["quality"] = "quality"
    participants: tuple[ParticipantQuality, ...]


BitsPerSecond = Annotated[int, Field(ge=0)]
LossRatio = Annotated[float, Field(ge=0, le=1)]
Milliseconds = Annotated[int, Field(ge=0)]


class FlowStats(Wire):
    """All media in one direction."""

    bits_per_second: BitsPerSecond
    loss_ratio: LossRatio


class EncodingStats(Wire):
    """One encoding that the client sends."""

    publication: PublicationId
    rid: str | None = None
    height: int | None = None
    bits_per_second: BitsPerSecond
    loss_ratio: LossRatio
    jitter_ms: Milliseconds


class SlotStats(Wire):
    """A slot that carries something; loss and jitter are as the client itself reports them (RFC 3550, 6.4.1)."""

    mid: Mid
    publication: PublicationId
    rid: str | None = None
    height: int | None = None
    spatial_layer: int | None = None
    temporal_layer: int | None = None
    bits_per_second: BitsPerSecond
    loss_ratio: LossRatio | None = None
    jitter_ms: Milliseconds | None = None
    freezes: int = Field(ge=0)


class Stats(Wire):
    """How the connection of this Peer is, every two seconds while it watches. `up` is what the client sends."""

    type: Literal["stats"] = "stats"
    round_trip_ms: Milliseconds | None = None
    transport: Literal["udp", "tcp"] | None = None
    estimate: BitsPerSecond | None = None
    """What may be sent to the client."""
    up: FlowStats
    down: FlowStats
    publications: tuple[EncodingStats, ...]
    slots: tuple[SlotStats, ...]


ControlFromNode = Annotated[
    Roster
    | ParticipantChanged
    | ParticipantLeft
    | Published
    | Slots
    | Encodings
    | Speakers
    | Quality
    | Stats
    | SignallingError,
    Field(discriminator="type"),
]
CONTROL_CHANNEL: Final = "control"
CONTROL_TO_NODE: Final[TypeAdapter[ControlToNode]] = TypeAdapter(ControlToNode)
CONTROL_FROM_NODE: Final[TypeAdapter[ControlFromNode]] = TypeAdapter(ControlFromNode)
