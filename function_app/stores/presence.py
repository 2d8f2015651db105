"""The presence of participants in Cosmos DB. Coming in and leaving are events, written with the change in one batch."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime
from typing import Literal, NamedTuple

from function_app.events.catalogue import EventData, ParticipantJoined, ParticipantLeft
from function_app.meetings.documents import MEETING_DOCUMENT, Meeting
from function_app.participants.documents import Participant
from function_app.participants.exclusions import Exclusion
from function_app.stores.cosmos import BatchOperation, Container
from function_app.stores.counting import count_event
from function_app.stores.documents import MeetingKey
from function_app.stores.outcomes import AbsentError, until_it_holds
from parley_protocol.errors import LeaveReason
from parley_protocol.quality import PeerQuality

_LOCKS = 64


class PeerOfSession(NamedTuple):
    """A Peer, and the participant that somebody says it is of."""

    key: MeetingKey
    session: str
    participant: str
    id: str


Decide = Callable[[Participant], Participant | None]
"""What becomes of a participant; None when nothing does."""


class PresenceStore:
    def __init__(self, container: Container) -> None:
        self._container = container
        # Everybody's events are counted on the meeting's document. Within a process they wait for one another, as they
        # would otherwise race for it; between processes the loser tries again.
        self._locks = [asyncio.Lock() for _ in range(_LOCKS)]

    async def mark_connected(self, peer: PeerOfSession, node: str, now: datetime) -> bool:
        """The Peer has media on the node. Whether that was news.

        The node decides which of two Peers is the participant's newest; only a Peer that has left stays so.
        """
        return await self._change(peer, lambda known: known.connected(peer.id, node, now), now)

    async def mark_replaced(
        self, peer: PeerOfSession, node: str, now: datetime, quality: PeerQuality | None = None
    ) -> bool:
        """The node has ended the Peer for a newer one, which has no media yet, and says how its connection was.

        Whether it was the Peer with media, on that node, or how it was is news.
        """

        def decide(known: Participant) -> Participant | None:
            return _measured(known, known.replaced(peer.id, node, now), peer.id, node, quality)

        return await self._change(peer, decide, now)

    async def mark_left(
        self,
        peer: PeerOfSession,
        reason: LeaveReason,
        now: datetime,
        node: str | None = None,
        quality: PeerQuality | None = None,
    ) -> bool:
        """The participant has left with its Peer that has media or, when none has, with its newest. Whether it has.

        `node` is where that Peer was; without one it is the client that says so, and then the Peer must be the newest
        in any case. It has not when it is there with another Peer, has left before, or is on another node. How the
        Peer's connection was is written down also then, once, and counts as news: the client may have said before the
        node that it leaves.
        """

        def decide(known: Participant) -> Participant | None:
            return _measured(known, known.left(peer.id, node, reason, now), peer.id, node, quality)

        return await self._change(peer, decide, now)

    async def mark_moved(self, participant: Participant, meeting: str, now: datetime) -> bool:
        """The participant goes into that meeting, by whichever Peer it is here. Whether it was still here."""
        peer = PeerOfSession(participant.key, participant.session_id, participant.id, participant.peer)
        return await self._change(peer, lambda known: known.moved(meeting, now), now)

    async def exclude(self, key: MeetingKey, participant: str, now: datetime, *, ban: bool) -> None:
        """Writes that the participant was taken out, and that no token of its user from before lets it in again."""
        reason: Literal[LeaveReason.REMOVED, LeaveReason.BANNED] = LeaveReason.BANNED if ban else LeaveReason.REMOVED

        async def attempt() -> None:
            body = await self._container.read(key, participant)
            if body is None:
                raise AbsentError
            known = Participant.read(body)
            exclusion = Exclusion.new(key, known.user, banned=ban, now=now)
            await self._write(known, known.excluded(reason, now), now, ("upsert", (exclusion.body(),)))

        await until_it_holds(attempt)

    async def _change(self, peer: PeerOfSession, decide: Decide, now: datetime) -> bool:
        async def attempt() -> bool:
            body = await self._container.read(peer.key, peer.participant)
            known = Participant.read(body) if body else None
            after = decide(known) if known and known.session_id == peer.session else None
            if known is None or after is None:
                return False
            await self._write(known, after, now)
            return True

        return await until_it_holds(attempt)

    async def _write(self, before: Participant, after: Participant, now: datetime, *more: BatchOperation) -> None:
        replacement: BatchOperation = ("replace", (after.id, after.body()), {"if_match_etag": before.etag})
        operations = [replacement, *more]
        what = _news(before, after)
        if what is None:
            await self._container.batch(before.key, operations)
            return
        async with self._locks[hash(before.key) % _LOCKS]:
            await self._container.batch(before.key, [*operations, *await self._counted(before.key, what, now)])

    async def _counted(self, key: MeetingKey, what: EventData, now: datetime) -> list[BatchOperation]:
        """The operations that write the event and count it. They leave alone what else changes in the meeting."""
        body = await self._container.read(key, MEETING_DOCUMENT)
        if body is None:
            raise AbsentError
        meeting = Meeting.read(body)
        counted, event = meeting.happened(what, now)
        return count_event(meeting, counted, event)


def _measured(
    known: Participant, after: Participant | None, peer: str, node: str | None, quality: PeerQuality | None
) -> Participant | None:
    """What becomes of the participant when its connection by that Peer was so."""
    if node is None or quality is None:
        return after
    return (after or known).measured(peer, node, quality) or after


def _news(before: Participant, after: Participant) -> EventData | None:
    """What the change means to those outside: that somebody is in the session who was not, or the reverse."""
    if before.announced == after.announced:
        return None
    about = {name: getattr(after, name) for name in ("user", "name", "role")}
    if after.announced:
        return ParticipantJoined(session=after.session_id, participant=after.id, **about)
    return ParticipantLeft(session=after.session_id, participant=after.id, reason=after.leave_reason, **about)
