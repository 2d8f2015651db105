"""Reminders: a timer finds the meetings whose time has come, and notifications are written for all their invitees.

After these the plan goes on to the next occurrence. A process that dies in between leaves the plan due, and the next
writes the same notifications again, which are there already.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from function_app.invitees.documents import Invitee
from function_app.meetings.documents import Meeting
from function_app.notifications.planning import (
    REMINDERS_LAST,
    is_held,
    next_reminded,
    notifications_of_reminder,
    reminder_moment,
)
from function_app.notifications.plans import ReminderPlan
from function_app.notifications.port import ChannelName
from function_app.stores.invitees import InviteeStore
from function_app.stores.meetings import MeetingStore
from function_app.stores.notifications import NotificationStore
from function_app.stores.outcomes import StoreRaceError, until_it_holds
from function_app.timestamps import Clock
from function_app.together import all_done

_AT_ONCE = 16
_PUT_OFF = timedelta(minutes=5)


class Reminders:
    def __init__(
        self,
        meetings: MeetingStore,
        invitees: InviteeStore,
        notifications: NotificationStore,
        channels: frozenset[ChannelName],
        clock: Clock,
    ) -> None:
        self._meetings = meetings
        self._invitees = invitees
        self._notifications = notifications
        self._channels = channels
        self._clock = clock

    async def follow(self, meeting: Meeting) -> None:
        """Writes down of what people are reminded next, as the meeting is now. What is due already is left to `run`."""

        async def attempt() -> None:
            now = self._clock()
            found = await self._notifications.plan(meeting.key)
            if found and found.is_due(now):
                return
            plan = found or ReminderPlan.new(meeting.key)
            following = _following(plan, meeting, now)
            if following != plan:
                await self._notifications.save_plan(following)

        await until_it_holds(attempt)

    async def run(self, plan: ReminderPlan) -> None:
        """Has everybody reminded of the occurrence that the plan is due for, unless that is not held or long begun."""
        now = self._clock()
        meeting = await self._meetings.find(plan.key)
        if meeting is None:
            return
        begins = plan.begins_on
        if begins and now < begins + REMINDERS_LAST and is_held(meeting, begins):
            await self._remind(meeting, begins, now)
        try:
            await self._notifications.save_plan(_following(plan, meeting, now))
        except StoreRaceError:
            return  # Somebody else has done the same, or the meeting has changed and is looked at again.

    async def put_off(self, plan: ReminderPlan) -> None:
        """Has the plan wait for a while: one that fails each time must not stand before the others for ever."""
        try:
            await self._notifications.save_plan(plan.model_copy(update={"due_on": self._clock() + _PUT_OFF}))
        except StoreRaceError:
            return  # It has changed meanwhile, and may not fail any more.

    async def _remind(self, meeting: Meeting, begins: datetime, now: datetime) -> None:
        some: list[Invitee] = []
        async for invitee in self._invitees.all(meeting.key):
            if invitee.is_of(meeting):
                some.append(invitee)
            if len(some) == _AT_ONCE:
                await all_done(*(self._remind_one(meeting, one, begins, now) for one in some))
                some.clear()
        await all_done(*(self._remind_one(meeting, one, begins, now) for one in some))

    async def _remind_one(self, meeting: Meeting, invitee: Invitee, begins: datetime, now: datetime) -> None:
        planned = notifications_of_reminder(meeting, invitee, begins, self._channels, now)
        await self._notifications.create(meeting.key, planned)


def _following(plan: ReminderPlan, meeting: Meeting, now: datetime) -> ReminderPlan:
    coming = next_reminded(meeting, now)
    return plan.about(coming, reminder_moment(meeting, coming) if coming else None)
