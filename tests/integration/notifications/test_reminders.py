"""Invitees are reminded before each occurrence, once, as the schedule is by then."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from function_app.invitees.documents import Invitee
from function_app.meetings.documents import Meeting
from function_app.notifications.planning import REMINDERS_LAST, notifications_of_reminder
from function_app.notifications.port import ChannelName
from function_app.stores.notifications import NotificationStore
from tests.support.waiting import eventually

from .conftest import WEEKLY, Notifications

LEAD = timedelta(minutes=15)
LATER = timedelta(hours=3)


class Calendar:
    """A meeting that begins on the hour, in two days, and weekly from then on."""

    def __init__(self, notifications: Notifications) -> None:
        self._notifications = notifications
        self.begins = (notifications.platform.clock() + timedelta(days=2)).replace(minute=0, second=0, microsecond=0)

    def schedule(self, later: timedelta = timedelta()) -> dict[str, object]:
        return {**WEEKLY, "timeZone": "UTC", "startsOn": f"{self.begins + later:%Y-%m-%dT%H:%M:%S}"}

    async def change(self, how: str) -> None:
        """The first occurrence is `moved` or `cancelled` by the tenant."""
        if how == "moved":
            await self._notifications.put_meeting(schedule=self.schedule(LATER))
        elif how == "cancelled":
            cancelled = [{"occurrence": f"{self.begins:%Y-%m-%dT%H:%M:%S}"}]
            await self._notifications.put_meeting(schedule={**self.schedule(), "exceptions": cancelled})

    async def wait_until(self, moment: datetime) -> None:
        """The clock goes there, the timer fires, and what is due is sent."""
        await self.go_to(moment)
        await self._notifications.until_nothing_is_due()

    async def go_to(self, moment: datetime) -> None:
        """The clock goes there, and the timer fires."""
        left = moment - self._notifications.platform.clock()
        await self._notifications.tick(after_seconds=left.total_seconds())

    async def write_reminder(self) -> None:
        """The state in which a process dies that has just written the reminder of the first occurrence."""
        platform = self._notifications.platform
        [meeting] = [Meeting.read(one) for one in await platform.documents("meeting", "weekly")]
        [invitee] = [Invitee.read(one) for one in await platform.documents("invitee", "weekly")]
        email = frozenset({ChannelName.EMAIL})
        planned = notifications_of_reminder(meeting, invitee, self.begins, email, platform.clock())
        await NotificationStore(platform.store.container("meetings")).create(meeting.key, planned)

    async def fates(self) -> list[tuple[str, str]]:
        """What became of each reminder that was written, and why."""
        written = await self._notifications.notifications()
        return [(one["state"], one["reason"]) for one in written if one["kind"] == "reminder"]

    @property
    def reminders(self) -> list[str]:
        """By which channels, in order."""
        told = [one for one in self._notifications.sent if "begins soon" in one.text]
        return sorted(one.kind for one in told)


async def test_everybody_is_reminded_of_each_occurrence_once_by_every_way(notifications: Notifications) -> None:
    calendar = Calendar(notifications)
    await notifications.put_meeting(schedule=calendar.schedule())
    await notifications.invite("ann", phone="+4915112345678")
    await notifications.invite("ben")
    await notifications.settle()
    await calendar.wait_until(calendar.begins - LEAD - timedelta(minutes=2))
    assert calendar.reminders == []
    for week in range(2):
        begins = calendar.begins + timedelta(weeks=week)
        await calendar.wait_until(begins - LEAD + timedelta(seconds=5))
        await notifications.settle()
        assert calendar.reminders == sorted(["email", "email", "sms"] * (week + 1))


async def test_a_meeting_that_is_moved_has_its_reminder_moved(notifications: Notifications) -> None:
    calendar = Calendar(notifications)
    await notifications.put_meeting(schedule=calendar.schedule())
    await notifications.invite()
    await notifications.settle()
    later = timedelta(hours=3)
    await notifications.put_meeting(schedule=calendar.schedule(later))
    await notifications.settle()
    await calendar.wait_until(calendar.begins - LEAD + timedelta(seconds=5))
    assert calendar.reminders == []
    await calendar.wait_until(calendar.begins + later - LEAD + timedelta(seconds=5))
    assert calendar.reminders == ["email"]


@pytest.mark.parametrize("change", ["moved", "cancelled", "late"])
async def test_a_reminder_that_is_due_is_not_written_once_it_means_nothing(
    notifications: Notifications, change: str
) -> None:
    calendar = Calendar(notifications)
    await notifications.put_meeting(schedule=calendar.schedule())
    await notifications.invite()
    await notifications.settle()
    # The plan is as it was before the change, of which the feed has not told yet.
    await calendar.change(change)
    late = LEAD + REMINDERS_LAST + timedelta(minutes=1) if change == "late" else timedelta(seconds=5)
    await calendar.wait_until(calendar.begins - LEAD + late)
    assert await calendar.fates() == []


@pytest.mark.parametrize(("change", "reason"), [("moved", "notHeld"), ("cancelled", "notHeld"), ("late", "late")])
async def test_a_reminder_that_is_written_already_is_not_sent_once_it_means_nothing(
    notifications: Notifications, change: str, reason: str
) -> None:
    calendar = Calendar(notifications)
    await notifications.put_meeting(schedule=calendar.schedule())
    await notifications.invite()
    await notifications.settle()
    await calendar.write_reminder()
    await calendar.change(change)
    late = calendar.begins + REMINDERS_LAST + timedelta(minutes=1)
    await calendar.wait_until(late if change == "late" else notifications.platform.clock())
    assert await calendar.fates() == [("dropped", reason)]
    assert calendar.reminders == []


async def test_nobody_is_reminded_of_what_is_cancelled_long_begun_or_not_to_be_reminded_of(
    notifications: Notifications,
) -> None:
    calendar = Calendar(notifications)
    for meeting, settings in (("gone", {}), ("late", {}), ("quiet", {"reminderMinutes": 0})):
        await notifications.put_meeting(meeting=meeting, schedule=calendar.schedule(), settings=settings)
        await notifications.invite(meeting=meeting)
        await notifications.settle(meeting)
    await notifications.platform.call("DELETE", "/meetings/gone")
    # Nothing runs until the meeting has begun and is past reminding of.
    await calendar.wait_until(calendar.begins + REMINDERS_LAST + timedelta(minutes=1))
    assert calendar.reminders == []
    await calendar.wait_until(calendar.begins + timedelta(weeks=1) - LEAD + timedelta(seconds=5))
    await notifications.until_nothing_is_due("late")
    assert calendar.reminders == ["email"]


async def test_a_reminder_that_nobody_could_take_in_time_is_not_sent_later(notifications: Notifications) -> None:
    calendar = Calendar(notifications)
    await notifications.put_meeting(schedule=calendar.schedule())
    await notifications.invite(phone="+4915112345678")
    await notifications.settle()
    notifications.interception.keeps_all = True
    await calendar.go_to(calendar.begins - LEAD + timedelta(seconds=5))

    async def nobody_knows() -> bool:
        open_ones = [one for one in await notifications.notifications() if one["reason"] == "Http503"]
        return len(open_ones) == 2

    await eventually(nobody_knows, "both have been tried")
    notifications.interception.keeps_all = False
    await calendar.wait_until(calendar.begins + REMINDERS_LAST + timedelta(minutes=1))
    await calendar.wait_until(calendar.begins + timedelta(hours=2))
    assert calendar.reminders == []
    assert await notifications.states() == ["failed", "sent", "uncertain"]


async def test_a_meeting_that_cannot_be_read_waits_and_holds_up_no_other(notifications: Notifications) -> None:
    calendar = Calendar(notifications)
    for meeting in ("weekly", "broken"):
        await notifications.put_meeting(meeting=meeting, schedule=calendar.schedule())
        await notifications.invite(meeting=meeting)
        await notifications.settle(meeting)
    [broken] = await notifications.platform.documents("meeting", "broken")
    await notifications.platform.store.container("meetings").upsert({**broken, "createdOn": "never"})
    await calendar.wait_until(calendar.begins - LEAD + timedelta(seconds=5))
    assert calendar.reminders == ["email"]
    [plan] = await notifications.platform.documents("reminderPlan", "broken")
    assert datetime.fromisoformat(plan["dueOn"]) > notifications.platform.clock()
