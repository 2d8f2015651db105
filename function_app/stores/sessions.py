"""Sessions and their participants in Cosmos DB: all in the meeting's partition, so that a batch can hold them."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Sequence
from datetime import datetime

from pydantic import ValidationError

from function_app.events.documents import Event
from function_app.meetings.documents import Meeting
from function_app.participants.documents import Participant
from function_app.sessions.documents import ACTIVE_SESSION_DOCUMENT, ActiveSession, Session
from function_app.stores.cosmos import BatchOperation, Container, set_values
from function_app.stores.documents import MeetingKey
from function_app.stores.meetings import save_meeting
from function_app.timestamps import rfc3339

_PAGE_SIZE = 100
_IDS_IN_QUERY = 1000
_MODERATORS_TOLD = 50

_logger = logging.getLogger("parley.store")

_LIVE = """
    SELECT VALUE c.sessionId FROM c
    WHERE c.type = 'activeSession' AND ARRAY_CONTAINS(@sessions, c.sessionId)
"""
_OF_SESSION = "c.tenantId = @tenant AND c.type = 'participant' AND c.sessionId = @session"


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

    async def locate(self, tenant: str, session: str) -> Session | None:
        """The tenant's session of that id, of whichever meeting."""
        sql = "SELECT * FROM c WHERE c.tenantId = @tenant AND c.type = 'session' AND c.id = @session"
        rows = await self._container.query((tenant,), sql, tenant=tenant, session=session)
        return Session.read(rows[0]) if rows else None

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

    async def enter(self, participant: Participant, since: datetime | None = None) -> None:
        """Writes a participant who was not in the session before; with `since`, only if nobody has joined after it.

        Raises AlreadyExistsError when it was, and AbsentError or ChangedError when the session has ended.
        """
        entered: BatchOperation = ("create", (participant.body(),))
        await self._container.batch(
            participant.key, [_touch_active(participant, participant.joined_on, since), entered]
        )

    async def enter_again(self, participant: Participant, now: datetime, since: datetime | None = None) -> None:
        """Writes a participant who was in the session before over the version that was read; `since` as above.

        Raises ChangedError when it has changed since, and AbsentError or ChangedError when the session has ended.
        """
        replacement: BatchOperation = (
            "replace",
            (participant.id, participant.body()),
            {"if_match_etag": participant.etag},
        )
        await self._container.batch(participant.key, [_touch_active(participant, now, since), replacement])

    async def participant(self, key: MeetingKey, participant: str) -> Participant | None:
        body = await self._container.read(key, participant)
        return Participant.read(body) if body else None

    async def present(self, key: MeetingKey, session: str) -> list[Participant]:
        """Everyone in the session who has not left."""
        sql = f"SELECT * FROM c WHERE {_OF_SESSION} AND c.presence != 'left'"  # noqa: S608 constants only
        rows = await self._container.query(key, sql, tenant=key.tenant, session=session)
        return [Participant.read(row) for row in rows]

    async def moderators(self, key: MeetingKey, session: str) -> list[str]:
        """The ids of participants who are there and moderate, no more than are worth telling something."""
        sql = (
            f"SELECT VALUE c.id FROM c WHERE {_OF_SESSION} AND c.presence != 'left'"  # noqa: S608 constants only
            f" AND c.grants.moderate = true OFFSET 0 LIMIT {_MODERATORS_TOLD}"
        )
        return [str(row) for row in await self._container.query(key, sql, tenant=key.tenant, session=session)]

    async def replace_participant(self, participant: Participant) -> None:
        """Writes over the version that was read. Raises StoreRaceError."""
        await self._container.replace(participant.body(), participant.etag or "")

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


def _touch_active(participant: Participant, now: datetime, since: datetime | None) -> BatchOperation:
    """Holds only while the participant's session lives, and changes its ETag so that nobody can end it meanwhile."""
    changes = set_values({"lastJoinOn": rfc3339(now)})
    condition = f"FROM c WHERE c.sessionId = '{participant.session_id}'"
    if since:
        condition += f" AND c.lastJoinOn = '{rfc3339(since)}'"
    return ("patch", (ACTIVE_SESSION_DOCUMENT, changes), {"filter_predicate": condition})
