"""Identifiers: a prefix that names the kind, and a ULID (github.com/ulid/spec)."""

from __future__ import annotations

import hashlib
from typing import Annotated, Literal

from pydantic import StringConstraints
from ulid import ULID

Kind = Literal["ten", "key", "mtg", "ses", "par", "peer", "pub", "nod", "msg", "evt", "dlv", "usr", "aud", "op"]

_ULID = "[0-7][0-9A-HJKMNP-TV-Z]{25}"

TenantId = Annotated[str, StringConstraints(pattern=f"^ten_{_ULID}$")]
SessionId = Annotated[str, StringConstraints(pattern=f"^ses_{_ULID}$")]
ParticipantId = Annotated[str, StringConstraints(pattern=f"^par_{_ULID}$")]
PeerId = Annotated[str, StringConstraints(pattern=f"^peer_{_ULID}$")]
PublicationId = Annotated[str, StringConstraints(pattern=f"^pub_{_ULID}$")]
NodeId = Annotated[str, StringConstraints(pattern=f"^nod_{_ULID}$")]

DeliveryId = Annotated[str, StringConstraints(pattern=f"^dlv_{_ULID}$")]
OperationId = Annotated[str, StringConstraints(pattern=f"^op_{_ULID}$")]
ApiKeyId = Annotated[str, StringConstraints(pattern=f"^key_{_ULID}$")]

# Tenants choose the ids of meetings, webhooks, invitees and their own users: bounded alphabets rather than ULIDs.
MeetingId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$")]
WebhookId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$")]
InviteeId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$")]
UserId = Annotated[str, StringConstraints(min_length=1, max_length=128, pattern=r"^[^\x00-\x1f\x7f]+$")]


def new_id(kind: Kind) -> str:
    """A fresh, time-ordered id such as ``mtg_01JD…``."""
    return f"{kind}_{ULID()}"


def participant_id(session: str, user: str) -> str:
    """The id of a user's Participant in a Session: the same however often, and from wherever, the user joins.

    Being a function of the two, it needs no look-up and two simultaneous joins cannot make two participants.
    """
    digest = hashlib.sha256(f"{session}\0{user}".encode()).digest()
    return f"par_{ULID.from_bytes(digest[:16])}"
