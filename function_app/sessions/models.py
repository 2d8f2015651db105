"""Sessions as the API shows and takes them."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from function_app.api.models import Request, Response
from function_app.media.providers.port import AcsAdmission, LiveKitAdmission, SfuAdmission
from function_app.timestamps import Timestamp
from parley_protocol.grants import DisplayName, Grants, Role
from parley_protocol.ids import MeetingId, ParticipantId, PeerId, SessionId


class JoinRequest(Request):
    """The body of `:join`: nothing yet, as the token says all."""


class LeaveRequest(Request):
    """The body of `:leave`."""

    peer: PeerId
    """The Peer that leaves; one that is not the participant's newest changes nothing."""


class JoinedSession(Response):
    id: SessionId
    meeting: MeetingId
    title: str
    locked: bool
    mute_on_entry: bool
    """Whether the client is to come in with the microphone off."""
    branding_name: str | None = None
    """What the tenant calls the service; absent means Parley's own name."""


class JoinedParticipant(Response):
    id: ParticipantId
    name: DisplayName
    role: Role
    grants: Grants


class SignallingAddress(Response):
    url: str
    """Where to connect with the subprotocol json.reliable.webpubsub.azure.v1; good for ten minutes."""


class LobbyResponse(Response):
    """The person is not in the meeting yet. Ask again after `retryAfterSeconds`, and at once when told `admitted`."""

    status: Literal["waiting"] = "waiting"
    title: str
    """The meeting's."""
    participant: ParticipantId | None = None
    """What the person will be in the live session; absent while nobody who moderates has begun one."""
    signalling: SignallingAddress | None = None
    """Where `admitted` and `denied` are told; absent while there is no session."""
    retry_after_seconds: int
    token: str
    """A join token to ask with after the one that was used has died."""


class Renewal(Response):
    """What a client that is in a session needs to stay, and to come back."""

    token: str
    """A join token for the time after the one that was used has died."""
    token_expires_on: Timestamp
    signalling: SignallingAddress


class LetIn(Renewal):
    """What every answer of `:join` has, whoever carries the media."""

    session: JoinedSession
    participant: JoinedParticipant
    peer: PeerId
    """The client's new Peer."""


class JoinResponse(LetIn, SfuAdmission):
    """All that a client needs to be in a session on one of our nodes."""


class AcsJoinResponse(LetIn, AcsAdmission):
    """All that a client needs to be in a session in a room of Azure Communication Services."""


class LiveKitJoinResponse(LetIn, LiveKitAdmission):
    """All that a client needs to be in a session in a room of LiveKit."""


AnyJoinResponse = Annotated[JoinResponse | AcsJoinResponse | LiveKitJoinResponse, Field(discriminator="provider")]
