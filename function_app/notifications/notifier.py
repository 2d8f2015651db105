"""Turns events into notifications, and due notifications into messages."""

from __future__ import annotations

import logging
from collections.abc import Iterable

from function_app.errors import ApiError
from function_app.events.catalogue import EventType
from function_app.events.documents import Event
from function_app.invitees.documents import Invitee
from function_app.lanes import Lanes
from function_app.meetings.documents import Meeting
from function_app.notifications.documents import Notification
from function_app.notifications.planning import news, notifications_of_news
from function_app.notifications.plans import ReminderPlan
from function_app.notifications.port import ChannelName
from function_app.notifications.reminders import Reminders
from function_app.stores.documents import MeetingKey
from function_app.stores.invitees import InviteeStore
from function_app.stores.meetings import MeetingStore
from function_app.stores.notifications import NotificationStore
from function_app.stores.outcomes import ChangedError, until_it_holds
from function_app.timestamps import Clock
from function_app.together import all_done

_CAUSES = frozenset(
    {
        EventType.MEETING_CREATED,
        EventType.MEETING_UPDATED,
        EventType.MEETING_DELETED,
        EventType.MEETING_RESTORED,
        EventType.INVITEE_ADDED,
        EventType.INVITEE_CHANGED,
        EventType.INVITEE_REMOVED,
    }
)
_INVITEES_AT_ONCE = 16
_DUE_AT_ONCE = 200
_MOST_PLANS = 200
_PLANS_AT_ONCE = 8

_logger = logging.getLogger("parley.notifications")


class Notifier:
    """`channels` are those that are set up."""

    def __init__(
        self,
        meetings: MeetingStore,
        invitees: InviteeStore,
        notifications: NotificationStore,
        reminders: Reminders,
        lanes: Lanes[Notification],
        channels: frozenset[ChannelName],
        clock: Clock,
    ) -> None:
        self._meetings = meetings
        self._invitees = invitees
        self._notifications = notifications
        self._reminders = reminders
        self._lanes = lanes
        self._channels = channels
        self._clock = clock

    async def take(self, events: Iterable[Event]) -> None:
        """Writes down what invitees have to be told because of the events; sending it is not waited for.

        Safe to repeat. Raises what the store raises, and then has to be called again with the same events.
        """
        newest: dict[MeetingKey, int] = {}
        for event in events:
            if event.kind in _CAUSES:
                newest[event.key] = max(event.sequence, newest.get(event.key, 0))
        await all_done(*(self._take_contained(key, sequence) for key, sequence in newest.items()))

    async def run_due(self) -> None:
        """Has everything sent that is due: reminders, retries, and what a process left behind that has died."""
        if not self._channels:
            return
        plans = await self._notifications.due_plans(self._clock(), _MOST_PLANS)
        for start in range(0, len(plans), _PLANS_AT_ONCE):
            await all_done(*map(self._remind_contained, plans[start : start + _PLANS_AT_ONCE]))
        served = self._lanes.full()
        while True:
            due = await self._notifications.due(self._clock(), served, _DUE_AT_ONCE)
            for notification in due:
                self._lanes.offer(notification)
            if len(due) < _DUE_AT_ONCE:
                return
            # However much is due in these, the other lanes have their turn first; the rest comes with the next tick.
            served |= {notification.lane for notification in due}

    async def _take_contained(self, key: MeetingKey, sequence: int) -> None:
        """Raises only what may be otherwise the next time: anything else would hold up all tenants for ever."""
        try:
            await self._look_at(key, sequence)
        except ApiError:
            raise
        except Exception:
            _logger.exception("news not taken tenant=%s meeting=%s", *key)

    async def _look_at(self, key: MeetingKey, sequence: int) -> None:
        meeting = await until_it_holds(lambda: self._meeting_after(key, sequence))
        if meeting is None or not self._channels:
            return
        some: list[Invitee] = []
        has_invitees = False
        async for invitee in self._invitees.all(key):
            has_invitees = True
            some.append(invitee)
            if len(some) == _INVITEES_AT_ONCE:
                await all_done(*(self._tell(meeting, one) for one in some))
                some.clear()
        await all_done(*(self._tell(meeting, one) for one in some))
        if has_invitees:
            await self._reminders.follow(meeting)

    async def _meeting_after(self, key: MeetingKey, sequence: int) -> Meeting | None:
        """The meeting as that event left it, or later.

        The feed may be ahead of the replica that is read. What is read after this is as new: the session sees to that.
        """
        meeting = await self._meetings.find(key)
        if meeting and meeting.event_sequence < sequence:
            raise ChangedError
        return meeting

    async def _tell(self, meeting: Meeting, listed: Invitee) -> None:
        if news(meeting, listed, self._clock()) is None:
            return  # As for most: each that is added has all of them looked at.
        written = await until_it_holds(lambda: self._told(meeting, listed))
        now = self._clock()
        for notification in written:
            if notification.due_on and notification.due_on <= now:
                self._lanes.offer(notification)

    async def _told(self, meeting: Meeting, listed: Invitee) -> list[Notification]:
        """What was written that tells the invitee the news, if there is any."""
        invitee = await self._invitees.read(listed.key, listed.id)
        now = self._clock()
        found = news(meeting, invitee, now) if invitee else None
        if invitee is None or found is None:
            return []
        kind, told = found
        planned = notifications_of_news(meeting, invitee, kind, told, self._channels, now)
        return await self._invitees.inform(invitee.informed(told), planned)

    async def _remind_contained(self, plan: ReminderPlan) -> None:
        try:
            await self._reminders.run(plan)
        except ApiError as error:
            _logger.warning("reminders wait tenant=%s meeting=%s code=%s", *plan.key, error.code)
        except Exception:
            _logger.exception("reminders failed tenant=%s meeting=%s", *plan.key)
            await self._reminders.put_off(plan)
