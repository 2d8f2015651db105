"""What moderators do to the people of a live session: change roles and grants, and mute. The node obeys at once."""

from __future__ import annotations

from dataclasses import dataclass

from function_app.errors import NotAllowedError, ParticipantNotFoundError
from function_app.meetings.service import MeetingService
from function_app.participants.documents import Participant, Presence
from function_app.participants.entitlements import Entitlements
from function_app.sessions.documents import Session
from function_app.signalling.webpubsub import Signalling
from function_app.stores.outcomes import until_it_holds
from function_app.stores.sessions import SessionStore
from function_app.together import all_done
from parley_protocol.addresses import node_group, participant_group, session_group
from parley_protocol.grants import ROLE_GRANTS, Grants, Role, Source
from parley_protocol.signalling import MutePublications, SourcesMuted


@dataclass(frozen=True)
class Change:
    """What becomes of a participant; None stays as it is."""

    role: Role | None = None
    grants: Grants | None = None
    muted_sources: tuple[Source, ...] = ()


class ParticipantControl:
    def __init__(
        self, meetings: MeetingService, sessions: SessionStore, entitlements: Entitlements, signalling: Signalling
    ) -> None:
        self._meetings = meetings
        self._sessions = sessions
        self._entitlements = entitlements
        self._signalling = signalling

    async def change(self, session: Session, participant: str, change: Change, *, by: Role | None) -> Participant:
        """Does all that the change names. `by` is the moderator's role, None for the tenant.

        A new role brings its grants, unless the change names others. Raises ParticipantNotFoundError, and
        NotAllowedError when somebody who is no host makes or changes a host.
        """
        meeting = await self._meetings.get(session.key)

        async def attempt() -> Participant:
            known = await self._present(session, participant)
            _check_hosts(known, change.role, by)
            if change.role is None and change.grants is None:
                return known
            role = change.role or known.role
            granted = change.grants or (ROLE_GRANTS[role] if change.role else known.granted or known.grants)
            after = known.decided(role, granted, meeting.settings)
            await self._sessions.replace_participant(after)
            return after

        after = await until_it_holds(attempt)
        if change.role or change.grants:
            await self._entitlements.tell(after)
        if change.muted_sources:
            await self._mute(session, after.id, change.muted_sources)
        return after

    async def mute_all(self, session: Session, sources: tuple[Source, ...]) -> None:
        """Mutes everybody who does not moderate; each may unmute itself."""
        await all_done(
            self._signalling.send(node_group(session.id), MutePublications(sources=sources)),
            self._signalling.send(session_group(session.id), SourcesMuted(sources=sources, everyone=True)),
        )

    async def _present(self, session: Session, participant: str) -> Participant:
        known = await self._sessions.participant(session.key, participant)
        if known is None or known.session_id != session.id or known.presence is Presence.LEFT:
            raise ParticipantNotFoundError
        return known

    async def _mute(self, session: Session, participant: str, sources: tuple[Source, ...]) -> None:
        message = MutePublications(participant=participant, sources=sources)
        await all_done(
            self._signalling.send(node_group(session.id), message),
            self._signalling.send(participant_group(participant), SourcesMuted(sources=sources)),
        )


def _check_hosts(known: Participant, role: Role | None, by: Role | None) -> None:
    if Role.HOST in (known.role, role) and by not in (None, Role.HOST):
        raise NotAllowedError("Only a host may make or change a host.")
