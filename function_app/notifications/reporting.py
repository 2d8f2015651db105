"""Writes down what the services report of messages that they took."""

from __future__ import annotations

import logging

from function_app.notifications.bounces import Bounces
from function_app.notifications.delivery_reports import DeliveryReport
from function_app.notifications.documents import Notification, State
from function_app.notifications.reach import Reach
from function_app.stores.invitees import InviteeStore
from function_app.stores.notifications import NotificationStore
from function_app.stores.outcomes import until_it_holds
from function_app.timestamps import Clock

_NOBODY_THERE = {State.BOUNCED: "Bounced", State.SUPPRESSED: "Suppressed"}
"""The reports that say something of the address, with the reason that is written down."""

_logger = logging.getLogger("parley.notifications")


class Reporting:
    def __init__(
        self, notifications: NotificationStore, invitees: InviteeStore, bounces: Bounces, reach: Reach, clock: Clock
    ) -> None:
        self._notifications = notifications
        self._invitees = invitees
        self._bounces = bounces
        self._reach = reach
        self._clock = clock

    async def take(self, report: DeliveryReport) -> None:
        """Safe to repeat and in any order: of two reports the later counts, by when it was so.

        One of a message that is not ours, or not kept any more, is dropped. Raises StoreUnavailableError and
        TooManyRequestsError, and then has to be called again.
        """

        async def attempt() -> None:
            found = await self._notifications.by_message(str(report.attempt))
            if found is None:
                _logger.debug("report of an unknown message attempt=%s", report.attempt)
                return
            now = self._clock()
            # Whatever the service's clock says: a time to come would outlast all that is reported after it.
            on = max(found.created_on, min(report.reported_on, now))
            changed = found.reported(report.state, on, report.reason)
            if changed is None:
                return
            # First of all: what is written down below is not looked at again.
            if reason := _NOBODY_THERE.get(report.state):
                await self._reach.undo(found)
                await self._note_bounce(found, reason)
            await self._notifications.replace(changed)
            _logger.info("reported tenant=%s id=%s state=%s", found.tenant_id, found.id, report.state)

        await until_it_holds(attempt)

    async def _note_bounce(self, found: Notification, reason: str) -> None:
        invitee = await self._invitees.read(found.key, found.invitee)
        # Another edition has another address.
        if invitee and invitee.edition == found.edition:
            await self._bounces.note(invitee, found.channel, reason, self._clock())
