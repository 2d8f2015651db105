"""What nodes report of their Peers, written down as the presence of participants."""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from collections.abc import Iterable

from function_app.errors import StoreUnavailableError
from function_app.stores.documents import MeetingKey
from function_app.stores.presence import PeerOfSession, PresenceStore
from function_app.timestamps import Clock
from function_app.together import all_done
from parley_protocol.errors import LeaveReason
from parley_protocol.nodes import NodeEvent, PeerConnected, PeerLeft

APPLY_WITHIN_SECONDS = 4.0
"""The longest time that a node waits for its events to be written down."""
_PARALLEL_PARTICIPANTS = 16

_logger = logging.getLogger("parley.presence")


class PresenceService:
    def __init__(self, store: PresenceStore, clock: Clock, within_seconds: float = APPLY_WITHIN_SECONDS) -> None:
        self._store = store
        self._clock = clock
        self._within_seconds = within_seconds

    async def apply(self, node: str, events: Iterable[NodeEvent]) -> None:
        """Writes the events down: one participant's in their order, different participants' at once.

        Safe to repeat as a whole, which is what a node does when it gets no answer. What a node says of a Peer that
        is not in that tenant, meeting and session, or not on that node, changes nothing. Raises
        StoreUnavailableError when the store does not write all of them down in time.
        """
        by_participant: dict[str, list[NodeEvent]] = defaultdict(list)
        for event in events:
            own = by_participant[event.participant]
            if not own or own[-1] != event:  # The same twice in a row says nothing new.
                own.append(event)
        turn = asyncio.Semaphore(_PARALLEL_PARTICIPANTS)

        async def write_down(events_of_one: list[NodeEvent]) -> None:
            async with turn:
                for event in events_of_one:
                    await self._apply(node, event)

        try:
            async with asyncio.timeout(self._within_seconds):
                await all_done(*map(write_down, by_participant.values()))
        except TimeoutError as error:
            raise StoreUnavailableError from error

    async def _apply(self, node: str, event: NodeEvent) -> None:
        peer = PeerOfSession(MeetingKey(event.tenant, event.meeting), event.session, event.participant, event.peer)
        match event:
            case PeerConnected():
                is_news = await self._store.mark_connected(peer, node, self._clock())
            case PeerLeft(reason=LeaveReason.REPLACED):
                is_news = await self._store.mark_replaced(peer, node, self._clock(), event.quality)
            case PeerLeft():
                is_news = await self._store.mark_left(peer, event.reason, self._clock(), node, event.quality)
        if not is_news:
            return  # A repeat, news of a Peer that is not the newest any more, or of one that is not the node's.
        _logger.info(
            "peer event=%s reason=%s session=%s participant=%s peer=%s",
            event.type,
            event.reason if isinstance(event, PeerLeft) else None,
            event.session,
            event.participant,
            event.peer,
        )
