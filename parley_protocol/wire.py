"""What the signalling messages of all roads are made of."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints
from pydantic.alias_generators import to_camel

from parley_protocol.errors import ErrorCode
from parley_protocol.grants import DisplayName, Role, Source
from parley_protocol.ids import ParticipantId, PublicationId

Mid = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_+./=-]{1,16}$")]
RequestId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,64}$")]
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


class SignallingError(Wire):
    type: Literal["error"] = "error"
    request_id: RequestId | None = None
    code: ErrorCode
    message: str
