"""Joining: architecture.md, section 3. The path that must stay short.

Round trips, one after another: the limit of joins; the meeting, its live session and whether its user was taken out
(one query); the session map; then the participant's write and, if the node does not listen yet, its
announcement (at once). Somebody who was in the session before costs a read and a write more; so do rules of the meeting
that depend on who is there. All tokens and URLs are signed here, without asking anybody. A meeting whose media is
elsewhere (function_app/media/providers) costs that provider's requests on top.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime

from function_app.errors import (
    MeetingNotFoundError,
    NoNodeAvailableError,
)
from function_app.events.catalogue import SessionStarted
from function_app.media.providers.choice import MediaProviders
from function_app.media.providers.names import MediaProviderName
from function_app.media.providers.port import Admission, Place
from function_app.meetings.documents import Meeting
from function_app.participants.documents import Participant, Presence
from function_app.participants.exclusions import Exclusion
from function_app.participants.tokens import refuse_token_of_former_meeting
from function_app.rate_limits.limits import JOINS, RateLimits
from function_app.sessions.documents import ACTIVE_SESSION_DOCUMENT, ActiveSession, Session
from function_app.sessions.entry import EntryRules
from function_app.stores.documents import MeetingKey
from function_app.stores.entrances import EntranceStore
from function_app.stores.exclusions import ExclusionStore
from function_app.stores.outcomes import AbsentError, AlreadyExistsError, ChangedError, StoreRaceError, until_it_holds
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
    place: Place
    admission: Admission


class JoinService:
    def __init__(
        self,
        entrances: EntranceStore,
        sessions: SessionStore,
        exclusions: ExclusionStore,
        providers: MediaProviders,
        rules: EntryRules,
        clock: Clock,
        limits: RateLimits,
    ) -> None:
        self._entrances = entrances
        self._sessions = sessions
        self._exclusions = exclusions
        self._providers = providers
        self._rules = rules
        self._clock = clock
        self._limits = limits

    async def join(self, claims: JoinClaims, at_node: str | None = None) -> Joining:
        """Lets a user into the meeting of its token, as a new Peer; a new session is begun `at_node` if that can.

        Raises TooManyRequestsError, MeetingNotFoundError, TokenInvalidError, NoNodeAvailableError, a ForbiddenError for
        a rule of the meeting, MediaProviderNotConfiguredError, and what the services behind raise. A join that fails
        leaves at most a participant that never connects, which the sweep takes away.
        """
        await self._limits.charge(JOINS, claims.tenant, f"{claims.meeting}/{claims.sub}")
        fresh_session = new_id("ses")
        joining = await until_it_holds(lambda: self._attempt(claims, fresh_session, at_node))
        participant = joining.participant
        _logger.info(
            "joined session=%s participant=%s peer=%s node=%s",
            participant.session_id,
            participant.id,
            participant.peer,
            participant.node,
        )
        return joining

    async def _attempt(self, claims: JoinClaims, fresh_session: str, at_node: str | None) -> Joining:
        key = MeetingKey(claims.tenant, claims.meeting)
        entrance = await self._entrances.find(key, claims.sub)
        meeting, active = entrance.meeting, entrance.active
        if meeting is None or meeting.deleted_on:
            raise MeetingNotFoundError
        refuse_token_of_former_meeting(claims, meeting.created_on)
        self._refuse_excluded(claims, meeting, entrance.exclusion)
        if active and active.started_on < meeting.created_on:
            raise ChangedError  # A session of the former meeting with this id; it is about to be ended.
        session = active.session_id if active else fresh_session
        await self._rules.check(meeting, active, claims)
        provider = await self._provider_of(meeting, active)
        place = await self._providers.named(provider).place(
            session,
            active.room if active else None,
            at_node,
            lambda: self._providers.regions(meeting.tenant_id, meeting.settings.regions),
        )
        participant = _participant(meeting, claims, session, place.node, self._clock())
        if place.is_full and not await self._is_there(participant):
            raise NoNodeAvailableError
        user = await place.user_for(lambda: self._sessions.participant(key, participant.id))
        wanted = participant.model_copy(update={"provider_user": user})
        fresh = _active(wanted, provider, place.room)
        joined: list[Participant] = []

        async def write() -> None:
            joined.append(await self._write(claims, meeting, active or fresh, wanted))

        try:
            await all_done(place.prepare(), write())
        except StoreRaceError:
            await place.discard()
            raise
        return Joining(meeting, joined[0], place, await place.admit(joined[0]))

    async def _provider_of(self, meeting: Meeting, active: ActiveSession | None) -> MediaProviderName:
        if active:
            return active.media_provider
        return await self._providers.choose(meeting.tenant_id, meeting.settings.media_provider)

    async def _write(
        self, claims: JoinClaims, meeting: Meeting, active: ActiveSession, participant: Participant
    ) -> Participant:
        """The participant as it is now: a moderator may have decided on it before."""
        if active.etag is None:
            await self._start(meeting, active, participant)
            return participant
        # Where places are counted, nobody else may have come in since they were.
        since = active.last_join_on if meeting.settings.max_participants else None
        try:
            await self._sessions.enter(participant, since)
        except AlreadyExistsError:
            return await self._write_again(claims, meeting, participant, since)
        return participant

    async def _write_again(
        self, claims: JoinClaims, meeting: Meeting, newer: Participant, since: datetime | None
    ) -> Participant:
        known = await self._sessions.participant(newer.key, newer.id)
        if known is None:
            raise AbsentError
        if known.excluded_as:
            # Perhaps since this attempt looked. If it happens only now, the ETag does not hold any more.
            self._refuse_excluded(claims, meeting, await self._exclusions.find(newer.key, claims.sub))
        again = known.joined_again(newer)
        await self._sessions.enter_again(again, newer.joined_on, since)
        return again

    @staticmethod
    def _refuse_excluded(claims: JoinClaims, meeting: Meeting, exclusion: Exclusion | None) -> None:
        if exclusion:
            exclusion.refuse(claims, meeting)

    async def _is_there(self, participant: Participant) -> bool:
        """Whether its Peer will take the place of one that it has on the same node."""
        known = await self._sessions.participant(participant.key, participant.id)
        return known is not None and known.presence is not Presence.LEFT and known.there_as.node == participant.node

    async def _start(self, meeting: Meeting, active: ActiveSession, first: Participant) -> None:
        session = Session(
            id=active.session_id,
            tenant_id=active.tenant_id,
            meeting_id=active.meeting_id,
            started_on=active.started_on,
            media_provider=active.media_provider,
        )
        counted, event = meeting.happened(SessionStarted(session=session.id), active.started_on)
        await self._sessions.start(counted, event, active, session, first)


def _active(first: Participant, provider: MediaProviderName, room: str | None) -> ActiveSession:
    """The mark of the session that would begin with this participant."""
    return ActiveSession(
        id=ACTIVE_SESSION_DOCUMENT,
        tenant_id=first.tenant_id,
        meeting_id=first.meeting_id,
        session_id=first.session_id,
        started_on=first.joined_on,
        last_join_on=first.joined_on,
        media_provider=provider,
        room=room,
    )


def _participant(meeting: Meeting, claims: JoinClaims, session: str, node: str, now: datetime) -> Participant:
    peer = new_id("peer")
    return Participant(
        id=participant_id(session, claims.sub),
        tenant_id=claims.tenant,
        meeting_id=claims.meeting,
        session_id=session,
        user=claims.sub,
        name=claims.name,
        role=claims.role,
        granted=claims.grants,
        grants=meeting.settings.allow(claims.role, claims.grants),
        peer=peer,
        node=node,
        presence_peer=peer,
        presence_node=node,
        joined_on=now,
        presence=Presence.JOINING,
        presence_since=now,
    )
