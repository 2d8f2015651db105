"""What the people of a live session may do, after the meeting's settings: it follows when these change."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

from function_app.meetings.documents import Meeting
from function_app.participants.documents import Participant, Presence
from function_app.signalling.webpubsub import Signalling
from function_app.stores.outcomes import until_it_holds
from function_app.stores.sessions import SessionStore
from function_app.together import all_done
from parley_protocol.addresses import node_group, participant_group
from parley_protocol.signalling import ChangeGrants, GrantsChanged

_AT_ONCE = 16


class Entitlements:
    def __init__(self, sessions: SessionStore, signalling: Signalling) -> None:
        self._sessions = sessions
        self._signalling = signalling

    async def follow(self, meeting: Meeting, present: Iterable[Participant]) -> None:
        """Gives these what the settings leave them of what they were granted. Safe to repeat."""
        turn = asyncio.Semaphore(_AT_ONCE)

        async def follow_one(participant: Participant) -> None:
            async with turn:
                await until_it_holds(lambda: self._attempt(meeting, participant))

        await all_done(*(follow_one(one) for one in present if one.under(meeting.settings) != one))

    async def tell(self, after: Participant) -> None:
        """Tells the node, which enforces it, and the participant."""
        told = {"participant": after.id, "role": after.role, "grants": after.grants}
        await all_done(
            self._signalling.send(node_group(after.session_id), ChangeGrants(**told)),
            self._signalling.send(participant_group(after.id), GrantsChanged(**told)),
        )

    async def _attempt(self, meeting: Meeting, participant: Participant) -> None:
        """Told first: what was written and not told would never be told."""
        known = await self._sessions.participant(participant.key, participant.id)
        if known is None or known.session_id != participant.session_id or known.presence is Presence.LEFT:
            return
        after = known.under(meeting.settings)
        if after != known:
            await self.tell(after)
            await self._sessions.replace_participant(after)
