"""The signalling messages: docs/signalling.md in models.

Every message is a JSON object with a `type`. Three roads carry them: Web PubSub groups to and from the node
(`ToNode`, `FromNode`), Web PubSub events to and groups from the control plane (`ChatEvent`, `FromControlPlane`), and
the data channel `control` between client and node (`ControlToNode`, `ControlFromNode`).
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, TypeAdapter
from pydantic.alias_generators import to_camel

from parley_protocol.errors import ErrorCode, LeaveReason
from parley_protocol.grants import DisplayName, Role, Source
from parley_protocol.ids import MeetingId, ParticipantId, PeerId, PublicationId, SessionId

MAX_SIGNALLING_BYTES: Final = 256 * 1024
"""The largest message a node reads from a group; an offer of 50 m-lines takes about 60 KiB."""
MAX_CONTROL_BYTES: Final = 16 * 1024
"""The largest message a node reads from the data channel."""
ROSTER_PAGE: Final = 100
"""Participants in one `roster` message."""
MAX_CHAT_CHARACTERS: Final = 4000

Mid = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_+./=-]{1,16}$")]
RequestId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,64}$")]
Sdp = Annotated[str, StringConstraints(min_length=1, max_length=200_000)]
Height = Annotated[int, Field(ge=0, le=8192)]


class Wire(BaseModel):
    """A message or a part of one: camelCase on the wire, unknown fields ignored so that either side may be newer."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, frozen=True, extra="ignore")

    def encode(self) -> str:
        """The message as compact JSON with its wire names."""
        return self.model_dump_json(by_alias=True, exclude_none=True)


class PublicationOffer(Wire):
    """A track that the client means to send on the m-line `mid`."""

    mid: Mid
    source: Source
    muted: bool = False


class SlotRequest(Wire):
    """What the client wants to see in the video slot `mid`: nothing when `publication` is absent."""

    mid: Mid
    publication: PublicationId | None = None
    max_height: Height = 0
    """The height in pixels at which it is shown; 0 means the least there is."""
    priority: int = Field(default=0, ge=0, le=100)


class PublicationState(Wire):
    publication: PublicationId
    source: Source
    muted: bool


class ParticipantStatus(StrEnum):
    CONNECTING = "connecting"
    CONNECTED = "connected"
    RECONNECTING = "reconnecting"


class ParticipantState(Wire):
    """A participant as everyone in the session sees it."""

    participant: ParticipantId
    name: DisplayName
    role: Role
    status: ParticipantStatus
    publications: tuple[PublicationState, ...] = ()


class NegotiatedSlot(Wire):
    """A receive m-line of the offer that the node took as a slot."""

    mid: Mid
    kind: Literal["audio", "video"]


class NegotiatedPublication(Wire):
    """A send m-line of the offer that the node took as a Publication."""

    mid: Mid
    publication: PublicationId
    source: Source


class Join(Wire):
    type: Literal["join"] = "join"
    request_id: RequestId
    grant: Annotated[str, StringConstraints(min_length=1, max_length=8192)]
    offer: Sdp
    publications: tuple[PublicationOffer, ...] = Field(default=(), max_length=16)
    layout: tuple[SlotRequest, ...] = Field(default=(), max_length=64)


class Offer(Wire):
    """A later offer: an ICE restart, or more m-lines."""

    type: Literal["offer"] = "offer"
    request_id: RequestId
    peer: PeerId
    offer: Sdp
    publications: tuple[PublicationOffer, ...] = Field(default=(), max_length=16)


class Leave(Wire):
    type: Literal["leave"] = "leave"
    peer: PeerId


class RemovePeer(Wire):
    """From the control plane to the node: this participant goes, or only this Peer of it when one is named."""

    type: Literal["removePeer"] = "removePeer"
    participant: ParticipantId
    peer: PeerId | None = None
    reason: LeaveReason


class EndSession(Wire):
    """From the control plane to the node: everyone goes."""

    type: Literal["endSession"] = "endSession"
    session: SessionId
    reason: LeaveReason = LeaveReason.ENDED


ToNode = Annotated[Join | Offer | Leave | RemovePeer | EndSession, Field(discriminator="type")]


class Joined(Wire):
    type: Literal["joined"] = "joined"
    request_id: RequestId
    peer: PeerId
    answer: Sdp
    slots: tuple[NegotiatedSlot, ...]
    publications: tuple[NegotiatedPublication, ...]
    roster: tuple[ParticipantState, ...]


class Answered(Wire):
    type: Literal["answered"] = "answered"
    request_id: RequestId
    peer: PeerId
    answer: Sdp
    slots: tuple[NegotiatedSlot, ...]
    publications: tuple[NegotiatedPublication, ...]


class Left(Wire):
    """The Peer is gone and will not be answered again."""

    type: Literal["left"] = "left"
    peer: PeerId
    reason: LeaveReason


class SignallingError(Wire):
    type: Literal["error"] = "error"
    request_id: RequestId | None = None
    code: ErrorCode
    message: str


FromNode = Annotated[Joined | Answered | Left | SignallingError, Field(discriminator="type")]


class ChatEvent(Wire):
    """The data of the Web PubSub event `chat`, from a client to the control plane."""

    text: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=MAX_CHAT_CHARACTERS)]
    client_id: RequestId
    """Chosen by the client, and echoed: a message sent again with the same id is stored and shown once."""


class ChatMessage(Wire):
    type: Literal["chat"] = "chat"
    id: str
    client_id: RequestId
    participant: ParticipantId
    name: DisplayName
    text: str
    sent_on: datetime


class MeetingUpdated(Wire):
    type: Literal["meetingUpdated"] = "meetingUpdated"
    meeting: MeetingId
    title: str


class SessionEnded(Wire):
    type: Literal["ended"] = "ended"
    session: SessionId
    reason: LeaveReason = LeaveReason.ENDED


class Move(Wire):
    """The session has, or will have, another node: join again through the API."""

    type: Literal["move"] = "move"
    session: SessionId
    reason: LeaveReason


FromControlPlane = Annotated[
    ChatMessage | MeetingUpdated | SessionEnded | Move | SignallingError, Field(discriminator="type")
]


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

TO_NODE: Final[TypeAdapter[ToNode]] = TypeAdapter(ToNode)
FROM_NODE: Final[TypeAdapter[FromNode]] = TypeAdapter(FromNode)
FROM_CONTROL_PLANE: Final[TypeAdapter[FromControlPlane]] = TypeAdapter(FromControlPlane)
CONTROL_TO_NODE: Final[TypeAdapter[ControlToNode]] = TypeAdapter(ControlToNode)
CONTROL_FROM_NODE: Final[TypeAdapter[ControlFromNode]] = TypeAdapter(ControlFromNode)
