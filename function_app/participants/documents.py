"""How a participant is kept."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Literal, NamedTuple, Self

from function_app.meetings.content import MeetingSettings
from function_app.participants.connection import ConnectionRecord
from function_app.stores.documents import MeetingScoped
from function_app.timestamps import Timestamp
from parley_protocol.errors import LeaveReason
from parley_protocol.grants import Grants, Role
from parley_protocol.quality import PeerQuality


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
    granted: Grants | None = None
    """What the token or a moderator gave; absent means `grants`."""
    grants: Grants
    """What the meeting's settings leave of it: what the participant may do."""
    peer: str
    """The newest Peer."""
    node: str
    """The node that the newest Peer was sent to, or the name of a media provider that has no nodes."""
    provider_user: str | None = None
    """The media provider's own name of the participant, where it has one."""
    presence_peer: str
    """The Peer that `presence` speaks of: the one that waits for media, has it, or was the last to have left."""
    presence_node: str
    """The node of that Peer."""
    joined_on: Timestamp
    """The first join."""
    presence: Presence
    presence_since: Timestamp
    leave_reason: LeaveReason | None = None
    excluded_as: Literal[LeaveReason.REMOVED, LeaveReason.BANNED] | None = None
    """How it was taken out, unless it has come in again since with a token issued later."""
    moved_to: str | None = None
    """The meeting that it was moved into, where that is how it left last."""
    is_decided: bool = False
    """Whether a moderator has decided on the role and the grants; else they are what the token says."""
    announced: bool = False
    """Whether an event has told that it came into the session, and none that it left."""
    came_on: Timestamp | None = None
    """When it was there first; absent while it never was."""
    there_since: Timestamp | None = None
    """When it came the last time, while it is there."""
    seconds_there: float = 0
    """How long it was there before."""
    connection: ConnectionRecord = ConnectionRecord()

    @property
    def there_as(self) -> PeerOnNode:
        """The Peer by which the participant is in the session: the one with media, else the newest."""
        if self.presence is Presence.CONNECTED:
            return PeerOnNode(self.presence_peer, self.presence_node)
        return PeerOnNode(self.peer, self.node)

    def joined_again(self, newer: Participant) -> Participant:
        """This participant with the Peer, and all that the token said, of `newer`."""
        if self.is_decided:
            decided = ("role", "granted", "grants", "is_decided")
            newer = newer.model_copy(update={name: getattr(self, name) for name in decided})
        if self.presence is Presence.CONNECTED:
            told = ("peer", "node", "name", "role", "granted", "grants")
            return self.model_copy(update={name: getattr(newer, name) for name in told})
        kept = ("joined_on", "announced", "came_on", "there_since", "seconds_there", "connection", "etag")
        return newer.model_copy(update={name: getattr(self, name) for name in kept})

    def excluded(self, reason: Literal[LeaveReason.REMOVED, LeaveReason.BANNED], now: datetime) -> Self:
        """Taken out, whichever Peer it was there by."""
        told = {"presence_peer": self.peer, "presence_node": self.node, "leave_reason": reason, "announced": False}
        return self._since(Presence.LEFT, now, excluded_as=reason, **told)

    def moved(self, meeting: str, now: datetime) -> Self | None:
        """Moved into that meeting, whichever Peer it was here by; None when it has left."""
        if self.presence is Presence.LEFT:
            return None
        told = {"presence_peer": self.peer, "presence_node": self.node, "announced": False}
        return self._since(Presence.LEFT, now, leave_reason=LeaveReason.MOVED, moved_to=meeting, **told)

    def decided(self, role: Role, granted: Grants, settings: MeetingSettings) -> Self:
        """With what a moderator has decided, which joining again does not change."""
        return self.model_copy(update={"role": role, "granted": granted, "is_decided": True}).under(settings)

    def under(self, settings: MeetingSettings) -> Self:
        """With what these settings leave of what was granted."""
        return self.model_copy(update={"grants": settings.allow(self.role, self.granted or self.grants)})

    def connected(self, peer: str, node: str, now: datetime) -> Self | None:
        """With media by that Peer on that node; None when it is another's node, or no news."""
        is_news = self.presence_peer != peer or self.presence is Presence.JOINING
        if self.node != node or not is_news:
            return None
        told = {"presence_peer": peer, "presence_node": node, "announced": True}
        return self._since(Presence.CONNECTED, now, connection=self.connection.with_media_by(peer, node), **told)

    def replaced(self, peer: str, node: str, now: datetime) -> Self | None:
        """Waiting for media by its newest Peer; None unless that Peer had it, on that node."""
        return self._since(Presence.JOINING, now) if self._has_media_by(peer, node) else None

    def left(self, peer: str, node: str | None, reason: LeaveReason, now: datetime) -> Self | None:
        """Gone; None unless it was there by that Peer, on that node if one is named, and else by its newest."""
        is_there = self._has_media_by(peer, node) or self._waits_for_media_by(peer, node)
        if not is_there or (node is None and self.peer != peer):
            return None
        return self._since(Presence.LEFT, now, presence_peer=peer, leave_reason=reason, announced=False)

    def measured(self, peer: str, node: str, quality: PeerQuality) -> Self | None:
        """With how the connection of a Peer of it was, present or past; None when the node has told that before, or

        never had that Peer.
        """
        connection = self.connection.told(peer, node, quality)
        return self.model_copy(update={"connection": connection}) if connection else None

    def was_there(self, now: datetime) -> timedelta:
        """For how long in all, until now."""
        stay = max(timedelta(), now - self.there_since) if self.there_since else timedelta()
        return timedelta(seconds=self.seconds_there) + stay

    def settled(self, ended_on: datetime | None) -> Self:
        """As it is when its session ended then: whoever was there left with that."""
        if ended_on is None or self.presence is Presence.LEFT:
            return self
        return self._since(Presence.LEFT, ended_on, leave_reason=LeaveReason.ENDED, announced=False)

    def _since(self, presence: Presence, now: datetime, **changes: object) -> Self:
        after = self.model_copy(update={"presence": presence, "presence_since": now, **changes})
        if after.announced == self.announced:
            return after
        if after.announced:
            return after.model_copy(update={"came_on": self.came_on or now, "there_since": now})
        seconds = self.was_there(now).total_seconds()
        return after.model_copy(update={"there_since": None, "seconds_there": seconds})

    def _has_media_by(self, peer: str, node: str | None) -> bool:
        is_there = self.presence is Presence.CONNECTED and self.presence_peer == peer
        return is_there and node in (None, self.presence_node)

    def _waits_for_media_by(self, peer: str, node: str | None) -> bool:
        return self.presence is Presence.JOINING and self.peer == peer and node in (None, self.node)
