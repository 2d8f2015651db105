"""Erasing a user: what is kept of it in all of its tenant's meetings, one visit to a session after the other.

What a visit left behind goes first and the participant itself last, because by it the rest is found. So a step that
was broken off is simply done again.
"""

from __future__ import annotations

import logging

from function_app.errors import ParticipantNotFoundError
from function_app.participants.documents import Participant, Presence
from function_app.sessions.removal import Moderator, RemovalService
from function_app.stores.personal_data import NOBODY, PersonalData

_STEP = 5
"""Visits that are taken together."""

_logger = logging.getLogger("parley.erasure")


class Erasure:
    def __init__(self, data: PersonalData, removal: RemovalService) -> None:
        self._data = data
        self._removal = removal

    async def count(self, tenant: str, user: str) -> int:
        """How many visits there are to erase."""
        return await self._data.count(tenant, user)

    async def step(self, tenant: str, user: str) -> int:
        """Erases some of what there is; of how many visits. 0 when nothing is left."""
        if user == NOBODY:
            return 0  # All who were erased bear that name, and would be found for ever.
        visits = await self._data.participants(tenant, user, _STEP)
        for visit in visits:
            await self._erase(visit)
        if visits:
            return len(visits)
        while invitees := await self._data.invitees(tenant, user, _STEP):
            for invitee in invitees:
                await self._data.erase_invitee(invitee)
        while exclusions := await self._data.exclusions(tenant, user, _STEP):
            for exclusion in exclusions:
                await self._data.erase_exclusion(exclusion)
        while entries := await self._data.lobby_entries(tenant, user, _STEP):
            for entry in entries:
                await self._data.erase_lobby_entry(entry)
        return 0

    async def _erase(self, visit: Participant) -> None:
        if visit.presence is not Presence.LEFT:
            await self._take_out(visit)
        await self._data.delete_messages(visit)
        await self._data.erase_events(visit)
        await self._data.erase_participant(visit)
        _logger.info("erased session=%s participant=%s", visit.session_id, visit.id)

    async def _take_out(self, visit: Participant) -> None:
        """Whoever is in a session now would be seen with its name; it may come back with a token issued later."""
        try:
            await self._removal.remove(visit.key, visit.session_id, visit.id, Moderator(), ban=False)
        except ParticipantNotFoundError:
            return
