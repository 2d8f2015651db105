"""Keeps on an invitee whether it has been told of the meeting: who never was hears of no change and no cancellation.

It is written down before an invitation is sent, and taken back when the invitation certainly did not go out. Whoever
reads the invitee afterwards knows of it, and whoever writes it down loses against a removal that came first.
"""

from __future__ import annotations

from function_app.invitees.documents import Invitee, Told
from function_app.notifications.documents import Kind, Notification
from function_app.stores.invitees import InviteeStore
from function_app.stores.outcomes import until_it_holds


class Reach:
    def __init__(self, invitees: InviteeStore) -> None:
        self._invitees = invitees

    async def begin(self, notification: Notification) -> None:
        """The invitation is about to be sent, unless something else is to be said by now. Safe to repeat.

        What is read of the meeting after this is at least as new: its document is in the same partition.
        """
        await self._write(notification, reached=True)

    async def undo(self, notification: Notification) -> None:
        """The invitation reached nobody. Safe to repeat."""
        await self._write(notification, reached=False)

    async def _write(self, notification: Notification, *, reached: bool) -> None:
        if notification.kind is not Kind.INVITATION:
            return

        async def attempt() -> None:
            invitee = await self._invitees.read(notification.key, notification.invitee)
            told = invitee.told if invitee else None
            if invitee is None or told is None or told.reached is reached or not _is_about(notification, invitee, told):
                return
            if reached and (invitee.removed_on or told.cancelled):
                return
            await self._invitees.replace(invitee.informed(told.model_copy(update={"reached": reached})))

        await until_it_holds(attempt)


def _is_about(notification: Notification, invitee: Invitee, told: Told) -> bool:
    """Whether the notification is the last invitation that was planned."""
    return invitee.edition == notification.edition and told.calendar_sequence == notification.calendar_sequence
