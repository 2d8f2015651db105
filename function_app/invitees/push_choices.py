"""What invitees choose about pushes to their browsers, with the links that they were sent."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from function_app.invitees.acceptance import Acceptance
from function_app.invitees.documents import Invitee
from function_app.meetings.documents import Meeting
from function_app.notifications.addresses import PushSubscription
from function_app.notifications.planning import next_reminded, reminder_moment
from function_app.stores.invitees import InviteeStore
from function_app.stores.outcomes import until_it_holds
from function_app.timestamps import Clock
from function_app.webhooks.addresses import check_url


class PushChoice(NamedTuple):
    subscribed: bool
    """Whether messages are pushed to the browser in question."""
    reminds_on: datetime | None
    """When the invitee is reminded next; None where nobody is."""


class PushChoices:
    """`private_allowed` is whether push services may be on private addresses, and without TLS."""

    def __init__(self, acceptance: Acceptance, invitees: InviteeStore, clock: Clock, *, private_allowed: bool) -> None:
        self._acceptance = acceptance
        self._invitees = invitees
        self._clock = clock
        self._private_allowed = private_allowed

    async def of(self, token: str, endpoint: str | None) -> PushChoice:
        """What has been chosen for the browser that is reached there. Raises InvitationInvalidError."""
        invitee, meeting = await self._acceptance.addressed(token)
        return self._told(invitee, meeting, endpoint)

    async def choose(self, token: str, push: PushSubscription | None) -> PushChoice:
        """Has messages pushed there from now on, in place of any other browser; None ends pushes to the person.

        Raises InvitationInvalidError, and InvalidRequestError for a push service that must not be called.
        """
        if push:
            check_url(push.endpoint, private_allowed=self._private_allowed, target="/push/endpoint")

        async def attempt() -> PushChoice:
            invitee, meeting = await self._acceptance.addressed(token)
            changed = invitee.subscribed(push)
            await self._invitees.replace(changed)
            return self._told(changed, meeting, push.endpoint if push else None)

        return await until_it_holds(attempt)

    def _told(self, invitee: Invitee, meeting: Meeting, endpoint: str | None) -> PushChoice:
        coming = next_reminded(meeting, self._clock())
        return PushChoice(invitee.is_pushed_to(endpoint), reminder_moment(meeting, coming) if coming else None)
