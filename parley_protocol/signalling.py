"""The signalling messages that go by Web PubSub: docs/signalling.md in models.

Every message is a JSON object with a `type`. Two roads are here: groups to and from the node (`ToNode`, `FromNode`),
and events to and groups from the control plane (`ChatEvent`, `FromControlPlane`). The third is in `control.py`.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Final, Literal

from pydantic import Field, StringConstraints, TypeAdapter

from parley_protocol.errors import LeaveReason
from parley_protocol.grants import DisplayName, Grants, Role, Source
from parley_protocol.ids import MeetingId, ParticipantId, PeerId, PublicationId, SessionId
from parley_protocol.wire import Mid, ParticipantState, PublicationOffer, RequestId, SignallingError, SlotRequest, Wire

MAX_SIGNALLING_BYTES: Final = 256 * 1024
"""The largest message a node reads from a group; an offer of 50 m-lines takes about 60 KiB."""
MAX_CHAT_CHARACTERS: Final = 4000
Sdp = Annotated[str, StringConstraints(min_length=1, max_length=200_000)]


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
    grants_until: int | None = None
    """Seconds since the epoch: no media grant that was issued until then lets the participant in again."""


class EndSession(Wire):
    """From the control plane to the node: everyone goes."""

    type: Literal["endSession"] = "endSession"
    session: SessionId
    reason: LeaveReason = LeaveReason.ENDED


class ChangeGrants(Wire):
    """From the control plane to the node: this is what the participant is, and may do, from now on."""

    type: Literal["changeGrants"] = "changeGrants"
    participant: ParticipantId
    role: Role
    grants: Grants


class MutePublications(Wire):
    """From the control plane to the node: mutes sources of one or, without one, of all who do not moderate."""

    type: Literal["mutePublications"] = "mutePublications"
    participant: ParticipantId | None = None
    sources: tuple[Source, ...]


ToNode = Annotated[
    Join | Offer | Leave | RemovePeer | EndSession | ChangeGrants | MutePublications, Field(discriminator="type")
]


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
    locked: bool = False


class SessionEnded(Wire):
    type: Literal["ended"] = "ended"
    session: SessionId
    reason: LeaveReason = LeaveReason.ENDED


class Move(Wire):
    """The session has, or will have, another node: join again through the API."""

    type: Literal["move"] = "move"
    session: SessionId
    reason: LeaveReason


class Moved(Wire):
    """To a participant: leave this session, and join that meeting with the token."""

    type: Literal["moved"] = "moved"
    meeting: MeetingId
    title: str
    token: Annotated[str, StringConstraints(min_length=1, max_length=8192)]
    """A join token: what it says of the person is true in that meeting."""


class Admitted(Wire):
    """To somebody in the lobby: join again through the API, now."""

    type: Literal["admitted"] = "admitted"


class Denied(Wire):
    """To somebody in the lobby: nobody lets them in."""

    type: Literal["denied"] = "denied"


class LobbyChanged(Wire):
    """To those who moderate: who waits has changed; the API says who does."""

    type: Literal["lobbyChanged"] = "lobbyChanged"
    session: SessionId


class GrantsChanged(Wire):
    """To a participant: what it is and may do from now on."""

    type: Literal["grantsChanged"] = "grantsChanged"
    participant: ParticipantId
    role: Role
    grants: Grants


class SourcesMuted(Wire):
    """A moderator has muted these sources: the participant's own or, with `everyone`, of all who do not moderate."""

    type: Literal["sourcesMuted"] = "sourcesMuted"
    sources: tuple[Source, ...]
    everyone: bool = False


FromControlPlane = Annotated[
    ChatMessage
    | MeetingUpdated
    | SessionEnded
    | Move
    | Moved
    | Admitted
    | Denied
    | LobbyChanged
    | GrantsChanged
    | SourcesMuted
    | SignallingError,
    Field(discriminator="type"),
]
TO_NODE: Final[TypeAdapter[ToNode]] = TypeAdapter(ToNode)
FROM_NODE: Final[TypeAdapter[FromNode]] = TypeAdapter(FromNode)
FROM_CONTROL_PLANE: Final[TypeAdapter[FromControlPlane]] = TypeAdapter(FromControlPlane)
