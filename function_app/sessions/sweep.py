"""The regular look at what nobody reported: people who never got media, nodes that died, sessions that emptied."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable
from datetime import datetime, timedelta

from function_app.media.controller import MediaController
from function_app.media.providers.names import ELSEWHERE, LASTS_ELSEWHERE
from function_app.meetings.documents import Meeting
from function_app.participants.documents import Participant, Presence
from function_app.participants.entitlements import Entitlements
from function_app.sessions.documents import ActiveSession
from function_app.sessions.ending import SessionEnding
from function_app.signalling.webpubsub import Signalling
from function_app.stores.meetings import MeetingStore
from function_app.stores.presence import PeerOfSession, PresenceStore
from function_app.stores.sessions import SessionStore
from function_app.stores.tenants import TenantStore
from function_app.timestamps import Clock
from function_app.upkeep import contained
from parley_protocol.addresses import participant_group
from parley_protocol.errors import LeaveReason
from parley_protocol.signalling import Move

CONNECT_WITHIN = timedelta(seconds=60)
"""A participant without media for so long is not coming."""
KEEP_EMPTY_FOR = timedelta(seconds=60)
"""A session waits so long for somebody to come back, after a reload for instance."""
NODE_SILENT_FOR = timedelta(seconds=20)
"""How long a node must be seen dead: a control plane that has just started has not heard of any node yet."""
_PARALLEL_SESSIONS = 8

_logger = logging.getLogger("parley.sweep")


class Sweep:
    def __init__(
        self,
        tenants: TenantStore,
        meetings: MeetingStore,
        sessions: SessionStore,
        presence: PresenceStore,
        ending: SessionEnding,
        entitlements: Entitlements,
        controller: MediaController,
        signalling: Signalling,
        clock: Clock,
    ) -> None:
        self._tenants = tenants
        self._meetings = meetings
        self._sessions = sessions
        self._presence = presence
        self._ending = ending
        self._entitlements = entitlements
        self._controller = controller
        self._signalling = signalling
        self._clock = clock
        self._silent_since: dict[str, datetime] = {}
        self._assigned_though_over: set[str] = set()

    async def run(self) -> None:
        """One round over every live session. A tenant or a session that fails does not stop the others."""
        for tenant in await self._tenants.ids():
            with contained(_logger, f"tenant={tenant}"):
                await self._sweep_tenant(tenant)
        with contained(_logger, "assignments"):
            await self._forget_ended()
        self._forget_old_silences()

    async def _sweep_tenant(self, tenant: str) -> None:
        """Looks after a bounded number of sessions at once, while the next are being read."""
        running: set[asyncio.Task[None]] = set()
        try:
            async for active in self._sessions.all_active(tenant):
                if len(running) >= _PARALLEL_SESSIONS:
                    _, running = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
                running.add(asyncio.create_task(self._look_after(active)))
        finally:
            await asyncio.gather(*running)

    async def _look_after(self, active: ActiveSession) -> None:
        with contained(_logger, f"session={active.session_id}"):
            meeting = await self._meetings.find(active.key)
            if _outlived(active, meeting) or self._outlived_its_room(active):
                await self._ending.end_for_everybody(active, self._clock())
            else:
                await self._sweep_session(active, meeting)

    def _outlived_its_room(self, active: ActiveSession) -> bool:
        return active.media_provider in ELSEWHERE and self._clock() - active.started_on >= LASTS_ELSEWHERE

    async def _sweep_session(self, active: ActiveSession, meeting: Meeting | None) -> None:
        now = self._clock()
        present = await self._sessions.present(active.key, active.session_id)
        if meeting:
            # For who came in by the settings of before, just when they changed.
            await self._entitlements.follow(meeting, present)
        lost = await self._lost_nodes({participant.there_as.node for participant in present} - ELSEWHERE, now)
        stranded = [one for one in present if one.presence is Presence.CONNECTED and one.presence_node in lost]
        absent = [one for one in present if one.presence is Presence.JOINING and _since(one, now) >= CONNECT_WITHIN]
        for one in stranded:
            await self._tell_to_move(one)
        await self._mark_left(stranded, LeaveReason.NODE_LOST, now)
        await self._mark_left(absent, LeaveReason.TIMED_OUT, now)
        if not present:
            await self._end_if_empty_for_long(active, now)

    async def _tell_to_move(self, stranded: Participant) -> None:
        """Tells it to join again, unless it is on its way to another node already."""
        if stranded.node == stranded.presence_node:
            message = Move(session=stranded.session_id, reason=LeaveReason.NODE_LOST)
            await self._signalling.send(participant_group(stranded.id), message)

    async def _mark_left(self, participants: Iterable[Participant], reason: LeaveReason, now: datetime) -> None:
        for one in participants:
            peer, node = one.there_as
            whose = PeerOfSession(one.key, one.session_id, one.id, peer)
            # Not when it has joined again, or has left, since it was read.
            if await self._presence.mark_left(whose, reason, now, node):
                _logger.info("left session=%s participant=%s reason=%s", one.session_id, one.id, reason)

    async def _end_if_empty_for_long(self, active: ActiveSession, now: datetime) -> None:
        last_leave = await self._sessions.last_leave(active.key, active.session_id) or active.last_join_on
        if now - last_leave >= KEEP_EMPTY_FOR:
            await self._ending.end_empty(active, now, ended_on=last_leave)

    async def _lost_nodes(self, nodes: set[str], now: datetime) -> set[str]:
        """Those of the nodes that have been seen dead for long enough."""
        lost = set()
        for node in nodes:
            if await self._controller.is_alive(node):
                self._silent_since.pop(node, None)
            elif now - self._silent_since.setdefault(node, now) >= NODE_SILENT_FOR:
                lost.add(node)
        return lost

    async def _forget_ended(self) -> None:
        """Takes from their nodes the sessions that ended without the controller's hearing of it.

        What is over in two rounds is over: a session is assigned a moment before its first join writes it down.
        """
        assigned = await self._controller.assigned()
        over = assigned - await self._sessions.live(sorted(assigned))
        for session in over & self._assigned_though_over:
            await self._controller.forget(session)
        self._assigned_though_over = over

    def _forget_old_silences(self) -> None:
        """Node ids are never used again, so what was noted about long-dead ones is of no use."""
        oldest = self._clock() - timedelta(hours=1)
        self._silent_since = {node: since for node, since in self._silent_since.items() if since > oldest}


def _outlived(active: ActiveSession, meeting: Meeting | None) -> bool:
    """Whether the change feed's word that the meeting was deleted has come to nothing."""
    return meeting is not None and (meeting.deleted_on is not None or active.started_on < meeting.created_on)


def _since(participant: Participant, now: datetime) -> timedelta:
    return now - participant.presence_since
