"""Writes down on an invitee that nothing can be sent to one of its addresses."""

from __future__ import annotations

from datetime import datetime

from function_app.events.catalogue import InviteeUnreachable
from function_app.invitees.documents import Invitee
from function_app.notifications.port import ChannelName
from function_app.stores.invitees import InviteeStore
from function_app.stores.meetings import MeetingStore
from function_app.stores.outcomes import until_it_holds


class Bounces:
    def __init__(self, meetings: MeetingStore, invitees: InviteeStore) -> None:
        self._meetings = meetings
        self._invitees = invitees

    async def note(self, refused: Invitee, channel: ChannelName, reason: str, now: datetime) -> None:
        """Once for an address, with an event: safe to repeat. Nothing when the invitee has another address now."""

        async def attempt() -> None:
            invitee = await self._invitees.read(refused.key, refused.id)
            meeting = await self._meetings.find(refused.key)
            if invitee is None or meeting is None or invitee.recipient != refused.recipient:
                return
            if channel in invitee.bounces:
                return
            what = InviteeUnreachable(invitee=invitee.invitee, channel=channel, reason=reason)
            counted, event = meeting.happened(what, now)
            await self._invitees.save(invitee.bounced(channel, reason, now), meeting, counted, event)

        await until_it_holds(attempt)
