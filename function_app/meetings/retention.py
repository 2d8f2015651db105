"""Purging: after the retention time all of a deleted meeting goes: chat, sessions, participants, events, its title.

A mark stays, so that events are never numbered twice, and how much each session was used: that takes the session's
place in one batch, before its participants go. Each step is one batch that also makes sure that the meeting has not
been made anew, so a crash or a race between steps leaves nothing wrong, and the next round goes on.
"""

from __future__ import annotations

import logging
from datetime import timedelta

from function_app.meetings.documents import Meeting
from function_app.stores.meetings import MeetingStore
from function_app.stores.retention import RetentionStore
from function_app.stores.tenants import TenantStore
from function_app.stores.usage import UsageStore
from function_app.timestamps import Clock
from function_app.upkeep import contained

MEETINGS_OF_TENANT = 20
"""As many are looked at in a round, so that one tenant does not take up all of it."""
STEPS_OF_MEETING = 50
"""A round does no more for one meeting: as many sessions, or five thousand other documents."""

CLOCKS_DIFFER = timedelta(minutes=5)
"""For so long after the retention time a meeting can neither be restored nor is it purged: instances decide each by
their own clock, and none may restore what another has begun to take away."""

_logger = logging.getLogger("parley.retention")


class Retention:
    def __init__(
        self,
        tenants: TenantStore,
        meetings: MeetingStore,
        usage: UsageStore,
        store: RetentionStore,
        keep: timedelta,
        clock: Clock,
    ) -> None:
        self._tenants = tenants
        self._meetings = meetings
        self._usage = usage
        self._store = store
        self._keep = keep
        self._clock = clock

    async def run(self) -> None:
        """One round over every tenant."""
        before = self._clock() - self._keep - CLOCKS_DIFFER
        for tenant in await self._tenants.ids():
            with contained(_logger, f"tenant={tenant}"):
                for meeting in await self._store.due(tenant, before, MEETINGS_OF_TENANT):
                    with contained(_logger, f"tenant={tenant} meeting={meeting.meeting_id}"):
                        await self._purge(meeting)

    async def _purge(self, meeting: Meeting) -> None:
        for _ in range(STEPS_OF_MEETING):
            if not await self._step(meeting):
                break
        else:
            return
        found = await self._meetings.find(meeting.key)
        if found and found.deleted_on == meeting.deleted_on:
            await self._store.finish(found.purged(self._clock()))
            _logger.info("purged tenant=%s meeting=%s", *meeting.key)

    async def _step(self, meeting: Meeting) -> bool:
        """Whether there was something to do."""
        session = await self._store.session(meeting)
        if session is None:
            return await self._store.remove_some(meeting)
        ended = session.model_copy(update={"ended_on": session.ended_on or meeting.deleted_on})
        await self._store.settle(meeting, session, await self._usage.settled(ended, self._clock()))
        return True
