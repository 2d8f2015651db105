"""How somebody who waits is kept. Who stops asking is gone by the TTL."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Literal, Self

from function_app.stores.documents import MeetingScoped
from function_app.timestamps import Timestamp
from parley_protocol.grants import JoinClaims, Role
from parley_protocol.ids import participant_id

WAITING_SECONDS = 30
"""Whoever has not asked again for so long waits no more."""
DECIDED_SECONDS = 24 * 3600
"""How long a decision holds; no session is longer."""


class Admission(StrEnum):
    WAITING = "waiting"
    ADMITTED = "admitted"
    DENIED = "denied"


class LobbyEntry(MeetingScoped):
    type: Literal["lobbyEntry"] = "lobbyEntry"
    session_id: str
    participant: str
    """The participant that this will be, once it is let in."""
    user: str
    name: str
    role: Role
    admission: Admission = Admission.WAITING
    asked_on: Timestamp
    """When it asked first."""
    ttl: int = WAITING_SECONDS

    @classmethod
    def new(cls, claims: JoinClaims, session: str, now: datetime) -> Self:
        participant = participant_id(session, claims.sub)
        return cls(
            id=entry_id(participant),
            tenant_id=claims.tenant,
            meeting_id=claims.meeting,
            session_id=session,
            participant=participant,
            user=claims.sub,
            name=claims.name,
            role=claims.role,
            asked_on=now,
        )

    def decided(self, admission: Admission) -> Self:
        return self.model_copy(update={"admission": admission, "ttl": DECIDED_SECONDS})


def entry_id(participant: str) -> str:
    return f"lobby_{participant}"
