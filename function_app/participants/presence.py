"""What nodes report of their Peers, written down as the presence of participants."""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from collections.abc import Iterable

from function_app.media.controller import MediaController
from function_app.stores.documents import MeetingKey
from function_app.stores.outcomes import StoreRaceError
from function_app.stores.sessions import SessionStore
from function_app.stores.tenants import TenantStore
from function_app.timestamps import Clock
from parley_protocol.errors import LeaveReason
from parley_protocol.nodes import NodeEvent, PeerConnected, PeerLeft

_PARALLEL_PARTICIPANTS = 16

_logger = logging.getLogger("parley.presence")


class PresenceService:
    def __init__(self, sessions: SessionStore, tenants: TenantStore, controller: MediaController, clock: Clock) -> None:
        self._sessions = sessions
        self._tenants = tenants
        self._controller = controller
        self._clock = clock

    async def apply(self, node: str, events: Iterable[NodeEvent]) -> None:
        """Writes the events down: one participant's in their order, different participants' at once.

        Safe to repeat as a whole, which is what a node does when it gets no answer.
        """
        by_participant: dict[str, list[NodeEvent]] = defaultdict(list)
        for event in events:
            by_participant[event.participant].append(event)
        turn = asyncio.Semaphore(_PARALLEL_PARTICIPANTS)

        async def write_down(own: list[NodeEvent]) -> None:
            async with turn:
                for event in own:
                    await self._apply(node, event)

        await asyncio.gather(*(write_down(own) for own in by_participant.values()))

    async def _apply(self, node: str, event: NodeEvent) -> None:
        key = await self._locate(event.session)
        if key is None:
            _logger.warning("unknown session=%s node=%s", event.session, node)
            return
        try:
            match event:
                case PeerConnected():
                    await self._sessions.mark_connected(key, event.participant, event.peer, node, self._clock())
                case PeerLeft() if event.reason is not LeaveReason.REPLACED:
                    await self._sessions.mark_left(key, event.participant, event.peer, event.reason, self._clock())
        except StoreRaceError:
            return  # A repeat, or news of a Peer that is not the newest any more.
        _logger.info("peer event=%s session=%s participant=%s", event.type, event.session, event.participant)

    async def _locate(self, session: str) -> MeetingKey | None:
        """The meeting of a session: from the session map or, after that was lost, from the tenants' live sessions."""
        assignment = await self._controller.find(session)
        if assignment and assignment.key:
            return assignment.key
        for tenant in await self._tenants.ids():
            for active in await self._sessions.all_active(tenant):
                if active.session_id == session:
                    return active.key
        return None
