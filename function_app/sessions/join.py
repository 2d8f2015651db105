"""Joining: architecture.md, section 3. The path that must stay short.

Round trips, one after another: the meeting and its live session (two reads at once); the session map; then the
participant's write and, if the node does not listen yet, its announcement (at once). Somebody who was in the session
before costs one write more. All tokens and URLs are signed here, without asking anybody.
"""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass
from datetime import datetime

from function_app.errors import MeetingNotFoundError
from function_app.media.controller import MediaController
from function_app.media.nodes import Node
from function_app.meetings.documents import EventKind, Meeting
from function_app.participants.documents import Participant, Presence
from function_app.sessions.documents import ACTIVE_SESSION_DOCUMENT, ActiveSession, Session
from function_app.stores.documents import MeetingKey
from function_app.stores.meetings import MeetingStore
from function_app.stores.outcomes import AlreadyExistsError, until_it_holds
from function_app.stores.sessions import SessionStore
from function_app.timestamps import Clock
from function_app.together import all_done
from parley_protocol.grants import JoinClaims
from parley_protocol.ids import new_id, participant_id

_logger = logging.getLogger("parley.sessions")


@dataclass(frozen=True)
class Joining:
    """Somebody who has been let in."""

    meeting: Meeting
    participant: Participant
    node: Node


class JoinService:
    def __init__(
        self, meetings: MeetingStore, sessions: SessionStore, controller: MediaController, clock: Clock
    ) -> None:
        self._meetings = meetings
        self._sessions = sessions
        self._controller = controller
        self._clock = clock

    async def join(self, claims: JoinClaims) -> Joining:
        """Lets a user into the meeting of its token, as a new Peer.

        Raises MeetingNotFoundError, NoNodeAvailableError and what the services behind raise. A join that fails
        leaves at most a participant that never connects, which the sweep takes away.
        """
        joining = await until_it_holds(lambda: self._attempt(claims))
        participant = joining.participant
        _logger.info(
            "joined session=%s participant=%s peer=%s node=%s",
            participant.session_id,
            participant.id,
            participant.peer,
            participant.node,
        )
        return joining

    async def _attempt(self, claims: JoinClaims) -> Joining:
        key = MeetingKey(claims.tenant, claims.meeting)
        meeting, active = await asyncio.gather(self._meetings.find(key), self._sessions.active(key))
        if meeting is None or meeting.deleted_on:
            raise MeetingNotFoundError
        session = active.session_id if active else new_id("ses")
        node, assignment = await self._controller.place(session)
        participant = _participant(claims, session, node.id, self._clock())
        await all_done(self._controller.announce(node, assignment), self._write(meeting, active, participant))
        return Joining(meeting, participant, node)

    async def _write(self, meeting: Meeting, active: ActiveSession | None, participant: Participant) -> None:
        if active is None:
            await self._start(meeting, participant)
            return
        try:
            await self._sessions.enter(participant)
        except AlreadyExistsError:
            await self._sessions.enter_again(participant)

    async def _start(self, meeting: Meeting, first: Participant) -> None:
        now = first.joined_on
        identity = {"tenant_id": first.tenant_id, "meeting_id": first.meeting_id}
        session = Session(id=first.session_id, started_on=now, **identity)
        active = ActiveSession(
            id=ACTIVE_SESSION_DOCUMENT, session_id=session.id, started_on=now, last_join_on=now, **identity
        )
        counted, event = meeting.happened(EventKind.SESSION_STARTED, now, {"session": session.id})
        await self._sessions.start(counted, event, active, session, first)


def _participant(claims: JoinClaims, session: str, node: str, now: datetime) -> Participant:
    return Participant(
        id=participant_id(session, claims.sub),
        tenant_id=claims.tenant,
        meeting_id=claims.meeting,
        session_id=session,
        user=claims.sub,
        name=claims.name,
        role=claims.role,
        grants=claims.grants,
        peer=new_id("peer"),
        node=node,
        joined_on=now,
        presence=Presence.JOINING,
        presence_since=now,
    )
