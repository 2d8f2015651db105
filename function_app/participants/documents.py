"""How a participant is kept."""

from __future__ import annotations

from enum import StrEnum
from typing import Literal, NamedTuple

from function_app.stores.documents import MeetingScoped
from function_app.timestamps import Timestamp
from parley_protocol.errors import LeaveReason
from parley_protocol.grants import Grants, Role


class Presence(StrEnum):
    """Where a participant is.

    joining ──(the node reports a Peer connected)──▶ connected ──(leave, or the node reports that Peer gone)──▶ left
     ▲ ▲ │                                            │                                                     ▲  │
     │ └─│─────(the node has replaced that Peer)──────┘                                                     │  │
     │   └──────────────(60 s without media, or a leave)────────────────────────────────────────────────────┘  │
     └──────────────────────────────────────(joins again)──────────────────────────────────────────────────────┘

    Joining again does not make a connected participant a joining one: the newer Peer may never reach the node, and
    until the node hears of it the older one has media.
    """

    JOINING = "joining"
    CONNECTED = "connected"
    LEFT = "left"


class PeerOnNode(NamedTuple):
    peer: str
    node: str


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
    presence_peer: str
    """The Peer that `presence` speaks of: the one that waits for media, has it, or was the last to have left."""
    presence_node: str
    """The node of that Peer."""
    joined_on: Timestamp
    """The first join."""
    presence: Presence
    presence_since: Timestamp
    leave_reason: LeaveReason | None = None

    @property
    def there_as(self) -> PeerOnNode:
        """The Peer by which the participant is in the session: the one with media, else the newest."""
        if self.presence is Presence.CONNECTED:
            return PeerOnNode(self.presence_peer, self.presence_node)
        return PeerOnNode(self.peer, self.node)

    def joined_again(self, newer: Participant) -> Participant:
        """This participant with the Peer, and all that the token said, of `newer`."""
        told = {"peer": newer.peer, "node": newer.node, "name": newer.name, "role": newer.role, "grants": newer.grants}
        if self.presence is Presence.CONNECTED:
            return self.model_copy(update=told)
        return newer.model_copy(update={"joined_on": self.joined_on, "etag": self.etag})
