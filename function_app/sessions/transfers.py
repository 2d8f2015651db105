"""What somebody needs to go from a session into another meeting of the tenant: a token, where nothing forbids it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from function_app.errors import (
    InvalidRequestError,
    MediaProviderDiffersError,
    MeetingNotFoundError,
    NotAllowedError,
)
from function_app.media.providers.choice import MediaProviders
from function_app.meetings.documents import Meeting
from function_app.meetings.service import MeetingService
from function_app.participants.documents import Participant
from function_app.participants.tokens import RENEWED_FOR, Invitation, JoinTokens
from function_app.sessions.documents import Session
from function_app.sessions.entry import EntryRules
from function_app.stores.documents import MeetingKey
from function_app.stores.entrances import Entrance, EntranceStore
from parley_protocol.grants import ROLE_GRANTS, Role

TO_ARRIVE = timedelta(minutes=10)
"""The life of the token; a client uses it at once, unless its network is gone at that moment."""


@dataclass(frozen=True)
class Destination:
    """Where somebody goes, and as what: None is as now."""

    meeting: str
    role: Role | None = None


@dataclass(frozen=True)
class Transfer:
    """The meeting that somebody may go into, and the token for it."""

    meeting: Meeting
    token: str


class Transfers:
    def __init__(
        self,
        meetings: MeetingService,
        entrances: EntranceStore,
        rules: EntryRules,
        providers: MediaProviders,
        tokens: JoinTokens,
    ) -> None:
        self._meetings = meetings
        self._entrances = entrances
        self._rules = rules
        self._providers = providers
        self._tokens = tokens

    async def prepare(
        self, session: Session, known: Participant, destination: Destination, by: Role | None
    ) -> Transfer:
        """The transfer of a participant of the session. `by` is the moderator's role, None for the tenant.

        Raises InvalidRequestError for the meeting that it is in, NotAllowedError when somebody who is no host moves or
        makes a host, MeetingNotFoundError, also for a meeting that is none of the moderator's, ParticipantBannedError
        and ParticipantRemovedError, MeetingFullError and MediaProviderDiffersError.
        """
        if destination.meeting == session.meeting_id:
            raise InvalidRequestError.parameter("/meeting", "The participant is in that meeting.")
        role = destination.role or known.role
        if Role.HOST in (known.role, role) and by not in (None, Role.HOST):
            raise NotAllowedError("Only a host moves or makes a host.")
        entrance = await self._entrances.find(MeetingKey(session.tenant_id, destination.meeting), known.user)
        meeting = entrance.meeting
        if meeting is None or meeting.deleted_on or not (by is None or await self._belong_together(session, meeting)):
            raise MeetingNotFoundError
        await self._check_provider(session, meeting, entrance)
        granted = ROLE_GRANTS[role] if destination.role else known.granted or known.grants
        invitation = Invitation(meeting.key, known.user, known.name, role, granted, admitted=True)
        token = self._tokens.issue(invitation, TO_ARRIVE, RENEWED_FOR)
        claims = self._tokens.verify(token.text)
        if entrance.exclusion:
            entrance.exclusion.refuse(claims, meeting)
        await self._rules.check(meeting, entrance.active, claims)
        return Transfer(meeting, token.text)

    async def _belong_together(self, session: Session, target: Meeting) -> bool:
        """Whether both are breakout rooms of one main meeting, or one of them is that meeting."""
        return _main_meeting(await self._meetings.get(session.key)) == _main_meeting(target)

    async def _check_provider(self, session: Session, target: Meeting, entrance: Entrance) -> None:
        if entrance.active:
            provider = entrance.active.media_provider
        else:
            provider = await self._providers.choose(target.tenant_id, target.settings.media_provider)
        if provider is not session.media_provider:
            raise MediaProviderDiffersError


def _main_meeting(meeting: Meeting) -> str:
    return meeting.settings.breakout_of or meeting.meeting_id
