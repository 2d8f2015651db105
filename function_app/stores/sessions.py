"""Sessions and their participants in Cosmos DB: all in the meeting's partition, so that a batch can hold them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from function_app.meetings.documents import Event, Meeting
from function_app.participants.documents import Participant, Presence
from function_app.sessions.documents import ACTIVE_SESSION_DOCUMENT, ActiveSession, Session
from function_app.stores.cosmos import BatchOperation, Container, set_values
from function_app.stores.documents import MeetingKey
from function_app.stores.meetings import save_meeting
from function_app.timestamps import rfc3339
from parley_protocol.errors import LeaveReason

_OF_SESSION = "c.tenantId = @tenant AND c.type = 'participant' AND c.sessionId = @session"


class PeerOfSession(NamedTuple):
    """A Peer, and the participant that somebody says it is of."""

    key: MeetingKey
    session: str
    participant: str
    id: str


class SessionStore:
    def __init__(self, container: Container) -> None:
        self._container = container

    async def active(self, key: MeetingKey) -> ActiveSession | None:
        """The meeting's live session."""
        body = await self._container.read(key, ACTIVE_SESSION_DOCUMENT)
        return ActiveSession.read(body) if body else None

    async def all_active(self, tenant: str) -> list[ActiveSession]:
        """The live sessions of all the tenant's meetings."""
        sql = "SELECT * FROM c WHERE c.tenantId = @tenant AND c.type = 'activeSession'"
        return [ActiveSession.read(row) for row in await self._container.query((tenant,), sql, tenant=tenant)]

    async def find(self, key: MeetingKey, session: str) -> Session | None:
        body = await self._container.read(key, session)
        return Session.read(body) if body else None

    async def start(
        self, meeting: Meeting, event: Event, active: ActiveSession, session: Session, participant: Participant
    ) -> None:
        """Writes a new session with its first participant. Raises StoreRaceError when another join was first."""
        operations: list[BatchOperation] = [
            ("create", (active.body(),)),
            ("create", (session.body(),)),
            ("create", (participant.body(),)),
            save_meeting(meeting),
            ("create", (event.body(),)),
        ]
        await self._container.batch(active.key, operations)

    async def enter(self, participant: Participant) -> None:
        """Writes a participant who was not in the session before.

        Raises AlreadyExistsError when it was, and AbsentError or ChangedError when the session has ended.
        """
        await self._container.batch(participant.key, [_touch_active(participant), ("create", (participant.body(),))])

    async def enter_again(self, participant: Participant) -> None:
        """Writes a newer Peer of a participant. Raises AbsentError or ChangedError when the session has ended."""
        body = participant.body()
        changing = ("peer", "node", "name", "role", "grants", "presence", "presenceSince", "leaveReason")
        operations = set_values({name: body[name] for name in changing})
        await self._container.batch(
            participant.key, [_touch_active(participant), ("patch", (participant.id, operations))]
        )

    async def participant(self, key: MeetingKey, participant: str) -> Participant | None:
        body = await self._container.read(key, participant)
        return Participant.read(body) if body else None

    async def mark_connected(self, peer: PeerOfSession, node: str, now: datetime) -> None:
        """The Peer has media on the node. Raises StoreRaceError when that is no longer news.

        The node decides which of two Peers is the participant's newest; only a Peer that has left stays so.
        """
        changes = {"presence": Presence.CONNECTED, "presenceSince": rfc3339(now), "peer": peer.id}
        is_news = f"(c.peer != '{peer.id}' OR c.presence = '{Presence.JOINING}')"
        await self._change(peer, changes, f"c.node = '{node}' AND {is_news}")

    async def mark_left(self, peer: PeerOfSession, reason: LeaveReason, now: datetime, node: str | None = None) -> None:
        """The participant has left. `node` is the node that says so, when it is one.

        Raises StoreRaceError when it has a newer Peer, has left before, or is on another node.
        """
        changes = {"presence": Presence.LEFT, "presenceSince": rfc3339(now), "leaveReason": reason}
        conditions = [f"c.peer = '{peer.id}'", f"c.presence != '{Presence.LEFT}'"]
        if node is not None:
            conditions.append(f"c.node = '{node}'")
        await self._change(peer, changes, " AND ".join(conditions))

    async def _change(self, peer: PeerOfSession, changes: Mapping[str, object], condition: str) -> None:
        in_session = f"c.sessionId = '{peer.session}'"
        await self._container.patch(peer.key, peer.participant, set_values(changes), f"{in_session} AND {condition}")

    async def present(self, key: MeetingKey, session: str) -> list[Participant]:
        """Everyone in the session who has not left."""
        sql = f"SELECT * FROM c WHERE {_OF_SESSION} AND c.presence != 'left'"  # noqa: S608 constants only
        rows = await self._container.query(key, sql, tenant=key.tenant, session=session)
        return [Participant.read(row) for row in rows]

    async def last_leave(self, key: MeetingKey, session: str) -> datetime | None:
        """When the last of those who have left did so; None when nobody has."""
        sql = f"SELECT TOP 1 * FROM c WHERE {_OF_SESSION} AND c.presence = 'left' ORDER BY c.presenceSince DESC"  # noqa: S608 constants only
        rows = await self._container.query(key, sql, tenant=key.tenant, session=session)
        return Participant.read(rows[0]).presence_since if rows else None

    async def end(self, meeting: Meeting, event: Event, active: ActiveSession, session: Session) -> None:
        """Ends the session. Raises StoreRaceError when somebody has joined since `active` was read."""
        operations: list[BatchOperation] = [
            ("delete", (active.id,), {"if_match_etag": active.etag}),
            ("replace", (session.id, session.body())),
            save_meeting(meeting),
            ("create", (event.body(),)),
        ]
        await self._container.batch(active.key, operations)


def _touch_active(participant: Participant) -> BatchOperation:
    """Holds only while the participant's session lives, and changes its ETag so that nobody can end it meanwhile."""
    changes = set_values({"lastJoinOn": rfc3339(participant.presence_since)})
    condition = f"FROM c WHERE c.sessionId = '{participant.session_id}'"
    return ("patch", (ACTIVE_SESSION_DOCUMENT, changes), {"filter_predicate": condition})
