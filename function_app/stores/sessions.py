"""Sessions and their participants in Cosmos DB: all in the meeting's partition, so that a batch can hold them."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from pydantic import ValidationError

from function_app.events.documents import Event
from function_app.meetings.documents import Meeting
from function_app.participants.documents import Participant, Presence
from function_app.sessions.documents import ACTIVE_SESSION_DOCUMENT, ActiveSession, Session
from function_app.stores.cosmos import BatchOperation, Container, set_values
from function_app.stores.documents import MeetingKey
from function_app.stores.meetings import save_meeting
from function_app.timestamps import rfc3339
from parley_protocol.errors import LeaveReason

_PAGE_SIZE = 100
_IDS_IN_QUERY = 1000

_logger = logging.getLogger("parley.store")

_LIVE = """
    SELECT VALUE c.sessionId FROM c
    WHERE c.type = 'activeSession' AND ARRAY_CONTAINS(@sessions, c.sessionId)
"""
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

    async def all_active(self, tenant: str) -> AsyncIterator[ActiveSession]:
        """The live sessions of all the tenant's meetings, read a page at a time. One that is unreadable is left out."""
        sql = "SELECT * FROM c WHERE c.tenantId = @tenant AND c.type = 'activeSession'"
        continuation: str | None = None
        while True:
            rows, continuation = await self._container.query_page(
                (tenant,), sql, size=_PAGE_SIZE, continuation=continuation, tenant=tenant
            )
            for row in rows:
                try:
                    yield ActiveSession.read(row)
                except ValidationError:
                    _logger.exception("unreadable session tenant=%s meeting=%s", tenant, row.get("meetingId"))
            if continuation is None:
                return

    async def live(self, sessions: Sequence[str]) -> set[str]:
        """Those of the sessions, of whatever tenant, that have not ended: for what nodes say of their sessions."""
        found: set[str] = set()
        for start in range(0, len(sessions), _IDS_IN_QUERY):
            some = list(sessions[start : start + _IDS_IN_QUERY])
            found.update(await self._container.query_every_partition(_LIVE, sessions=some))
        return found

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
        entered: BatchOperation = ("create", (participant.body(),))
        await self._container.batch(participant.key, [_touch_active(participant, participant.joined_on), entered])

    async def enter_again(self, participant: Participant, now: datetime) -> None:
        """Writes a participant who was in the session before over the version that was read.

        Raises ChangedError when it has changed since, and AbsentError or ChangedError when the session has ended.
        """
        replacement: BatchOperation = (
            "replace",
            (participant.id, participant.body()),
            {"if_match_etag": participant.etag},
        )
        await self._container.batch(participant.key, [_touch_active(participant, now), replacement])

    async def participant(self, key: MeetingKey, participant: str) -> Participant | None:
        body = await self._container.read(key, participant)
        return Participant.read(body) if body else None

    async def mark_connected(self, peer: PeerOfSession, node: str, now: datetime) -> None:
        """The Peer has media on the node. Raises StoreRaceError when that is no longer news.

        The node decides which of two Peers is the participant's newest; only a Peer that has left stays so.
        """
        changes = {
            "presence": Presence.CONNECTED,
            "presenceSince": rfc3339(now),
            "presencePeer": peer.id,
            "presenceNode": node,
        }
        is_news = f"(c.presencePeer != '{peer.id}' OR c.presence = '{Presence.JOINING}')"
        await self._change(peer, changes, f"c.node = '{node}' AND {is_news}")

    async def mark_replaced(self, peer: PeerOfSession, node: str, now: datetime) -> None:
        """The node has ended the Peer for a newer one, which has no media yet.

        Raises StoreRaceError when it was not the Peer with media, or not on that node.
        """
        changes = {"presence": Presence.JOINING, "presenceSince": rfc3339(now)}
        await self._change(peer, changes, _has_media(peer, node))

    async def mark_left(self, peer: PeerOfSession, reason: LeaveReason, now: datetime, node: str | None = None) -> None:
        """The participant has left with its Peer that has media or, when none has, with its newest.

        `node` is where that Peer was; without one it is the client that says so, and then the Peer must be the newest
        in any case. Raises StoreRaceError when it is there with another Peer, has left before, or is on another node.
        """
        changes = {
            "presence": Presence.LEFT,
            "presenceSince": rfc3339(now),
            "presencePeer": peer.id,
            "leaveReason": reason,
        }
        is_there = f"({_has_media(peer, node)} OR {_waits_for_media(peer, node)})"
        await self._change(peer, changes, is_there if node else f"c.peer = '{peer.id}' AND {is_there}")

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


def _has_media(peer: PeerOfSession, node: str | None) -> str:
    """The condition that this is the participant's Peer with media, on that node if one is named."""
    condition = f"c.presence = '{Presence.CONNECTED}' AND c.presencePeer = '{peer.id}'"
    return f"({condition} AND c.presenceNode = '{node}')" if node else f"({condition})"


def _waits_for_media(peer: PeerOfSession, node: str | None) -> str:
    """The condition that no Peer has media and this is the newest, on that node if one is named."""
    condition = f"c.presence = '{Presence.JOINING}' AND c.peer = '{peer.id}'"
    return f"({condition} AND c.node = '{node}')" if node else f"({condition})"


def _touch_active(participant: Participant, now: datetime) -> BatchOperation:
    """Holds only while the participant's session lives, and changes its ETag so that nobody can end it meanwhile."""
    changes = set_values({"lastJoinOn": rfc3339(now)})
    condition = f"FROM c WHERE c.sessionId = '{participant.session_id}'"
    return ("patch", (ACTIVE_SESSION_DOCUMENT, changes), {"filter_predicate": condition})
