"""How a participant is kept."""

from __future__ import annotations

from enum import StrEnum
from typing import Literal

from function_app.stores.documents import MeetingScoped
from function_app.timestamps import Timestamp
from parley_protocol.errors import LeaveReason
from parley_protocol.grants import Grants, Role


class Presence(StrEnum):
    """Where a participant is.

    joining ──(the node reports the Peer connected)──▶ connected ──(leave, or the node reports the Peer gone)──▶ left
       ▲ │                                                                                              ▲  │
       │ └──────────────(60 s without media, or a leave)─────────────────────────────────────────────────┘  │
       └────────────────────────────────────(joins again)──────────────────────────────────────────────────┘
    """

    JOINING = "joining"
    CONNECTED = "connected"
    LEFT = "left"


class Participant(MeetingScoped):
    """A user in a session; the same document however often the user joins."""

    type: Literal["participant"] = "participant"
    session_id: str
    user: str
    name: str
    role: Role
    grants: Grants
    peer: str
    """The newest Peer."""
    node: str
    """The node that the newest Peer was sent to."""
    joined_on: Timestamp
    """The first join."""
    presence: Presence
    presence_since: Timestamp
    leave_reason: LeaveReason | None = None
