"""What those who run a meeting do with it as a whole: open it, end its session, lock and unlock it."""

from __future__ import annotations

from datetime import datetime

from function_app.meetings.documents import Meeting
from function_app.meetings.service import MeetingService
from function_app.sessions.ending import SessionEnding
from function_app.stores.documents import MeetingKey
from function_app.stores.outcomes import until_it_holds
from function_app.stores.sessions import SessionStore
from function_app.timestamps import Clock


class RunningMeetings:
    """Every method may be repeated, and raises MeetingNotFoundError."""

    def __init__(self, meetings: MeetingService, sessions: SessionStore, ending: SessionEnding, clock: Clock) -> None:
        self._meetings = meetings
        self._sessions = sessions
        self._ending = ending
        self._clock = clock

    async def start(self, key: MeetingKey) -> Meeting:
        """Opens the meeting, whatever its schedule says, until `end`."""
        return await self._meetings.change(key, _opened)

    async def end(self, key: MeetingKey) -> Meeting:
        """Ends the live session, if there is one, for everybody in it."""
        meeting = await self._meetings.change(key, _closed)

        async def attempt() -> None:
            if active := await self._sessions.active(key):
                await self._ending.end_for_everybody(active, self._clock())

        await until_it_holds(attempt)
        return meeting

    async def lock(self, key: MeetingKey, *, locked: bool) -> Meeting:
        """Lets nobody new in, or everybody again."""

        def decide(meeting: Meeting, now: datetime) -> Meeting:
            if meeting.settings.locked == locked:
                return meeting
            return meeting.changed(now, settings=meeting.settings.model_copy(update={"locked": locked}))

        return await self._meetings.change(key, decide)


def _opened(meeting: Meeting, now: datetime) -> Meeting:
    return meeting if meeting.opened_on else meeting.changed(now, opened_on=now)


def _closed(meeting: Meeting, now: datetime) -> Meeting:
    return meeting.changed(now, opened_on=None) if meeting.opened_on else meeting
