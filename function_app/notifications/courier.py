"""Sends one due notification, and writes down what became of it."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import NamedTuple

from function_app.invitees.documents import Invitee
from function_app.meetings.documents import Meeting
from function_app.notifications.bounces import Bounces
from function_app.notifications.channels import Channels
from function_app.notifications.documents import Kind, Notification, State
from function_app.notifications.letters import Letters
from function_app.notifications.planning import is_held
from function_app.notifications.port import Attempt, Outcome, Result
from function_app.notifications.reach import Reach
from function_app.stores.invitees import InviteeStore
from function_app.stores.meetings import MeetingStore
from function_app.stores.notifications import NotificationStore
from function_app.stores.outcomes import StoreRaceError
from function_app.tenants.documents import TenantsChoice
from function_app.timestamps import Clock
from function_app.webhooks.backoff import Random

_LATE = "late"
_NOT_SENT = frozenset({Result.REFUSED, Result.FAILED})

_logger = logging.getLogger("parley.notifications")


class _Subject(NamedTuple):
    """Of what is told, whom, and by whose name; None is our own."""

    meeting: Meeting
    invitee: Invitee
    branding: str | None


class Courier:
    """`longest_message` is how long one message may take; where the claim would lapse sooner, it is let go of."""

    def __init__(
        self,
        meetings: MeetingStore,
        invitees: InviteeStore,
        notifications: NotificationStore,
        bounces: Bounces,
        reach: Reach,
        channels: Channels,
        letters: Letters,
        of_tenant: TenantsChoice,
        clock: Clock,
        random: Random,
        longest_message: timedelta,
    ) -> None:
        self._meetings = meetings
        self._invitees = invitees
        self._notifications = notifications
        self._bounces = bounces
        self._reach = reach
        self._channels = channels
        self._letters = letters
        self._of_tenant = of_tenant
        self._clock = clock
        self._random = random
        self._longest_message = longest_message

    async def run(self, due: Notification) -> None:
        """Raises StoreUnavailableError and TooManyRequestsError; it is then due again when its claim has lapsed."""
        now = self._clock()
        claimed, attempt = due.claimed(now)
        try:
            claimed = await self._notifications.replace(claimed)
            await self._reach.begin(claimed)
            meeting = await self._meetings.find(due.key)
            invitee = await self._invitees.read(due.key, due.invitee)
            if meeting is None or invitee is None:
                await self._notifications.replace(claimed.settled(State.DROPPED, "inviteeGone"))
            elif due.is_given_up(now):
                # Each time the process died, or failed in a way that nobody foresaw.
                await self._notifications.replace(claimed.settled(State.UNCERTAIN, "neverAnswered"))
            elif why_not := _why_not(due, meeting, invitee, now):
                state = State.FAILED if why_not == _LATE and due.failures else State.DROPPED
                if not due.is_open:
                    await self._reach.undo(claimed)
                await self._notifications.replace(claimed.settled(state, why_not))
            else:
                branding = (await self._of_tenant(due.tenant_id)).branding_name
                await self._send(claimed, attempt, _Subject(meeting, invitee, branding))
        except StoreRaceError:
            return  # Somebody else has claimed it.

    async def _send(self, claimed: Notification, attempt: Attempt, subject: _Subject) -> None:
        if claimed.due_on is None or self._clock() + self._longest_message >= claimed.due_on:
            return
        outcome = await self._try(claimed, attempt, subject)
        _log(claimed, outcome)
        now = self._clock()
        if outcome.result in _NOT_SENT:
            await self._reach.undo(claimed)
        if outcome.result is Result.REFUSED:
            await self._bounces.note(subject.invitee, claimed.channel, outcome.reason or "refused", now)
        await self._notifications.replace(claimed.after(outcome, now, self._random))

    async def _try(self, claimed: Notification, attempt: Attempt, subject: _Subject) -> Outcome:
        try:
            message = self._letters.compose(claimed, *subject)
            channel = self._channels.of(claimed.channel)
        except Exception:
            # A mistake of ours, or a channel that is not set up any more. It is tried again with pauses, as all else.
            _logger.exception("not composed tenant=%s id=%s", claimed.tenant_id, claimed.id)
            return Outcome(Result.UNKNOWN if attempt.is_repeat else Result.FAILED, "notComposed")
        return await channel.send(message, attempt)


def _why_not(due: Notification, meeting: Meeting, invitee: Invitee, now: datetime) -> str | None:
    """Why the notification means nothing any more; None when it does.

    What may be sent already is followed to its end.
    """
    if invitee.edition != due.edition:
        return "inviteeGone"
    is_invited = meeting.deleted_on is None and invitee.is_of(meeting)
    if is_invited is (due.kind is Kind.CANCELLATION):
        return "invitedAgain" if is_invited else "notInvited"
    if due.channel not in invitee.reachable():
        return "notReachable"
    if due.is_open:
        return None
    if due.is_late(now):
        return _LATE
    if due.kind is Kind.REMINDER:
        return None if due.occurrence and is_held(meeting, due.occurrence) else "notHeld"
    if is_invited and due.calendar_sequence != meeting.calendar_sequence:
        return "outdated"
    if invitee.told and not invitee.told.reached:
        return "notPlanned" if is_invited else "neverInvited"
    return None


def _log(notification: Notification, outcome: Outcome) -> None:
    _logger.info(
        "notification tenant=%s id=%s kind=%s channel=%s result=%s reason=%s",
        notification.tenant_id,
        notification.id,
        notification.kind,
        notification.channel,
        outcome.result,
        outcome.reason,
    )
