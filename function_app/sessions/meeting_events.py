"""What a live session does when something happened to its meeting. Fed by the change feed, so each may come twice."""

from __future__ import annotations

from function_app.events.catalogue import EventType
from function_app.events.documents import Event
from function_app.participants.entitlements import Entitlements
from function_app.sessions.ending import SessionEnding
from function_app.signalling.webpubsub import Signalling
from function_app.stores.meetings import MeetingStore
from function_app.stores.outcomes import until_it_holds
from function_app.stores.sessions import SessionStore
from function_app.timestamps import Clock
from parley_protocol.addresses import session_group
from parley_protocol.signalling import MeetingUpdated


class MeetingEvents:
    def __init__(
        self,
        meetings: MeetingStore,
        sessions: SessionStore,
        ending: SessionEnding,
        entitlements: Entitlements,
        signalling: Signalling,
        clock: Clock,
    ) -> None:
        self._meetings = meetings
        self._sessions = sessions
        self._ending = ending
        self._entitlements = entitlements
        self._signalling = signalling
        self._clock = clock

    async def handle(self, event: Event) -> None:
        if event.kind is EventType.MEETING_UPDATED:
            await self._tell_update(event)
        elif event.kind is EventType.MEETING_DELETED:
            await until_it_holds(lambda: self._end_session(event))

    async def _tell_update(self, event: Event) -> None:
        active = await self._sessions.active(event.key)
        meeting = await self._meetings.find(event.key) if active else None
        if active and meeting:
            message = MeetingUpdated(meeting=event.meeting_id, title=meeting.title, locked=meeting.settings.locked)
            await self._signalling.send(session_group(active.session_id), message)
            await self._entitlements.follow(meeting, await self._sessions.present(active.key, active.session_id))

    async def _end_session(self, event: Event) -> None:
        active = await self._sessions.active(event.key)
        # A session that began later belongs to a new meeting with the old id.
        if active and active.started_on <= event.occurred_on:
            await self._ending.end_for_everybody(active, self._clock())
