"""Waiting to be let in, and letting in. Everybody concerned is told at once, and asks again for what was not heard."""

from __future__ import annotations

from function_app.errors import EntryDeniedError, ParticipantNotFoundError
from function_app.lobby.documents import Admission, LobbyEntry
from function_app.sessions.documents import Session
from function_app.signalling.webpubsub import Signalling
from function_app.stores.documents import MeetingKey
from function_app.stores.lobby import LobbyStore
from function_app.stores.outcomes import until_it_holds
from function_app.stores.sessions import SessionStore
from function_app.timestamps import Clock
from function_app.together import all_done
from parley_protocol.addresses import participant_group
from parley_protocol.grants import JoinClaims
from parley_protocol.ids import participant_id
from parley_protocol.signalling import Admitted, Denied, LobbyChanged


class Lobby:
    def __init__(self, store: LobbyStore, sessions: SessionStore, signalling: Signalling, clock: Clock) -> None:
        self._store = store
        self._sessions = sessions
        self._signalling = signalling
        self._clock = clock

    async def is_admitted(self, claims: JoinClaims, session: str) -> bool:
        """Whether the token's user has been let in; if not it waits from now on, or longer.

        Raises EntryDeniedError, and StoreRaceError when it asks twice at once.
        """
        key = MeetingKey(claims.tenant, claims.meeting)
        known = await self._store.find(key, participant_id(session, claims.sub))
        if known is None:
            await self._store.save(LobbyEntry.new(claims, session, self._clock()))
            await self._tell_moderators(key, session)
            return False
        if known.admission is Admission.DENIED:
            raise EntryDeniedError
        if known.admission is Admission.WAITING:
            await self._store.save(known)
        return known.admission is Admission.ADMITTED

    async def stop_waiting(self, claims: JoinClaims) -> None:
        """The token's user does not want to come in any more. What was decided about it stays."""
        key = MeetingKey(claims.tenant, claims.meeting)
        active = await self._sessions.active(key)
        if active is None:
            return
        participant = participant_id(active.session_id, claims.sub)

        async def attempt() -> bool:
            known = await self._store.find(key, participant)
            if known is None or known.admission is not Admission.WAITING:
                return False
            await self._store.remove(known)
            return True

        if await until_it_holds(attempt):
            await self._tell_moderators(key, active.session_id)

    async def waiting(self, session: Session) -> list[LobbyEntry]:
        """Those who wait for the session, who asked first first."""
        return await self._store.waiting(session.key, session.id)

    async def decide(self, session: Session, participant: str, admission: Admission) -> None:
        """Lets somebody in, or not. A decision may be changed. Raises ParticipantNotFoundError."""
        await self._decide(session, participant, admission)
        await self._tell_moderators(session.key, session.id)

    async def admit_all(self, session: Session) -> None:
        waiting = await self.waiting(session)
        await all_done(*(self._admit_if_there(session, entry.participant) for entry in waiting))
        await self._tell_moderators(session.key, session.id)

    async def _admit_if_there(self, session: Session, participant: str) -> None:
        try:
            await self._decide(session, participant, Admission.ADMITTED)
        except ParticipantNotFoundError:
            return  # It has stopped waiting meanwhile.

    async def _decide(self, session: Session, participant: str, admission: Admission) -> None:
        async def attempt() -> None:
            entry = await self._store.find(session.key, participant)
            if entry is None or entry.session_id != session.id:
                raise ParticipantNotFoundError
            if entry.admission is not admission:
                await self._store.save(entry.decided(admission))

        await until_it_holds(attempt)
        message = Admitted() if admission is Admission.ADMITTED else Denied()
        await self._signalling.send(participant_group(participant), message)

    async def _tell_moderators(self, key: MeetingKey, session: str) -> None:
        """Names nobody: who waits is for moderators to read from the API."""
        moderators = await self._sessions.moderators(key, session)
        message = LobbyChanged(session=session)
        await all_done(*(self._signalling.send(participant_group(one), message) for one in moderators))
