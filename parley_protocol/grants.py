"""Roles, Grants and the two tokens that carry them: the join token and the media grant."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

from parley_protocol.ids import MeetingId, NodeId, ParticipantId, PeerId, SessionId, TenantId, UserId

JOIN_AUDIENCE = "parley-join"
MEDIA_AUDIENCE = "parley-media"
SERVICE_AUDIENCE = "parley-internal"

_INVISIBLE = re.compile("[\x00-\x1f\x7f-\x9f\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff]")
"""Control characters, and marks that change the direction of what stands beside them (Unicode TR 9)."""


def _without_invisible(name: Any) -> Any:
    return _INVISIBLE.sub("", name).strip() if isinstance(name, str) else name


DisplayName = Annotated[
    str,
    BeforeValidator(_without_invisible),
    StringConstraints(min_length=1, max_length=80),
]
"""What others see. Invisible characters are taken out: no name passes for another or turns what stands beside it."""


class Source(StrEnum):
    """What a Publication shows or sounds."""

    CAMERA = "camera"
    MICROPHONE = "microphone"
    SCREEN = "screen"
    SCREEN_AUDIO = "screenAudio"

    @property
    def kind(self) -> Literal["audio", "video"]:
        return "audio" if self in (Source.MICROPHONE, Source.SCREEN_AUDIO) else "video"


class Role(StrEnum):
    HOST = "host"
    CO_HOST = "coHost"
    PRESENTER = "presenter"
    ATTENDEE = "attendee"
    VIEWER = "viewer"


class Grants(BaseModel):
    """What a Participant may do."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    publish: tuple[Source, ...] = tuple(Source)
    subscribe: bool = True
    chat: bool = True
    moderate: bool = False


ROLE_GRANTS: dict[Role, Grants] = {
    Role.HOST: Grants(moderate=True),
    Role.CO_HOST: Grants(moderate=True),
    Role.PRESENTER: Grants(),
    Role.ATTENDEE: Grants(),
    Role.VIEWER: Grants(publish=()),
}


class _Claims(BaseModel):
    """Registered claims (RFC 7519) come by their short names; `exp` and `iat` in seconds since the epoch."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    iss: str
    exp: int
    iat: int


class JoinClaims(_Claims):
    """The join token: a tenant lets one of its users into one meeting."""

    aud: Literal["parley-join"]
    sub: UserId
    tenant: TenantId
    meeting: MeetingId
    name: DisplayName
    role: Role
    grants: Grants
    renew_until: int | None = None
    """Seconds since the epoch: no token that is made from this one by joining lives longer."""
    admitted: Literal[True] | None = None
    """That the person was moved here: then neither lock, lobby nor schedule keeps it out. Joining uses that up."""


class MediaGrant(_Claims):
    """The media grant: the control plane lets one Peer onto one node."""

    aud: Literal["parley-media"]
    sub: ParticipantId
    tenant: TenantId
    meeting: MeetingId
    session: SessionId
    peer: PeerId
    node: NodeId
    name: DisplayName
    role: Role
    grants: Grants
    version: int = Field(default=1, ge=1)
    trace: str | None = Field(default=None, pattern=r"^[0-9a-f-]{1,100}$")
    """The `traceparent` (W3C Trace Context) of the request that this comes from."""
