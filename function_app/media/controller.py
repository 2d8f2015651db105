"""The media controller: gives each session one node, and keeps that node listening to the session's group."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from random import Random

from ulid import ULID

from function_app.errors import NoNodeAvailableError, SignallingUnavailableError
from function_app.media.allocation import candidates, choose_node, rooms_by_region
from function_app.media.assignments import Assignment, LiveSessions, SessionMap
from function_app.media.nodes import HEARTBEAT_SECONDS, Node, NodeRegistry
from function_app.signalling.webpubsub import Signalling
from function_app.signing.keys import SigningKeys
from function_app.together import all_done
from parley_protocol.nodes import NodeLease, NodeReport

_PLACEMENT_ATTEMPTS = 5
_SESSIONS_IN_URL = 100
"""A group is about 50 bytes of the URL, and a URL of more than 8 KiB is refused; the rest are added by REST."""
_PARALLEL_CALLS = 16

FindRegions = Callable[[], Awaitable[Sequence[str]]]
"""Finds where a session may be carried, the best region first; none mean anywhere."""

_NO_ROOM_IN_REGIONS = "No node takes a session now in the regions where the meeting may be held."

_logger = logging.getLogger("parley.media")


async def anywhere() -> Sequence[str]:
    return ()


class MediaController:
    def __init__(
        self,
        nodes: NodeRegistry,
        sessions: SessionMap,
        living: LiveSessions,
        signalling: Signalling,
        keys: SigningKeys,
        random: Random,
        canary_percent: float = 0,
    ) -> None:
        """`canary_percent`: how many new sessions in a hundred are for the canary release, where it is there."""
        self._nodes = nodes
        self._sessions = sessions
        self._living = living
        self._signalling = signalling
        self._keys = keys
        self._random = random
        self._canary_percent = canary_percent

    async def suggest(self, session: str | None, find_regions: FindRegions = anywhere) -> Node:
        """The node that carries the session, or else one that could and takes WHIP; it is not assigned yet.

        Raises NoNodeAvailableError.
        """
        current = await self._sessions.find(session) if session else None
        node = await self._nodes.get(current.node) if current else None
        if node and not node.draining:
            return node
        takes_whip = [node for node in await self._nodes.live() if node.http_address]
        share = self._canary_percent if session else 0
        chosen = choose_node(candidates(takes_whip, await find_regions(), session or "", share), self._random)
        if chosen is None:
            raise NoNodeAvailableError
        return chosen

    async def place(
        self, session: str, asked: str | None = None, find_regions: FindRegions = anywhere
    ) -> tuple[Node, Assignment]:
        """The node that carries the session: the one it has while that lives and does not drain, else a new one.

        That is a node in the first of its regions that has room, and there the node that was `asked` by a client, where
        there is one and it can: the client need go no further. A node that begins to drain sends everybody away and
        takes no Peer any more, so there is nobody whom a session would leave behind there.
        Raises NoNodeAvailableError, also while the session's node has no signalling connection.
        """
        for _ in range(_PLACEMENT_ATTEMPTS):
            current = await self._sessions.find(session)
            node = await self._nodes.get(current.node) if current else None
            if current and node and not node.draining:
                return self._listening(node), current
            node = await self._new_node(session, asked, await find_regions())
            wanted = Assignment(session=session, node=node.id)
            holds = await self._sessions.assign(wanted, instead_of=current.node if current else None)
            if holds.node == node.id:
                _logger.info("session placed session=%s node=%s", session, node.id)
                if current:
                    await self._stop_listening(current)
                return self._listening(node), holds
        raise NoNodeAvailableError

    async def _new_node(self, session: str, asked: str | None, regions: Sequence[str]) -> Node:
        able = candidates(await self._nodes.live(), regions, session, self._canary_percent)
        chosen = choose_node(able, self._random, asked)
        if chosen is None:
            raise NoNodeAvailableError(_NO_ROOM_IN_REGIONS if regions else None)
        return chosen

    async def announce(self, node: Node, assignment: Assignment) -> None:
        """Sees to it that the node listens to the session's group before anybody sends to it."""
        if assignment.announced != node.connection:
            await self._signalling.listen(node.id, assignment.session)
            await self._sessions.announced(assignment.session, node.id, node.connection)

    async def heartbeat(self, node: str, report: NodeReport) -> NodeLease:
        """Renews the node's lease, gives it a signalling URL when it asks for one, and names the sessions that ended.

        Raises StoreUnavailableError only when it reports sessions that nobody has, as after a restart of the control
        plane: a session that is taken for over, or for living, by mistake would do more harm than a missed heartbeat.
        """
        known = await self._nodes.get(node)
        ended = await self._adopt(node, await self._sessions.keep(node, report.sessions))
        url = None
        if report.needs_signalling:
            current = Node.reported(node, report, listening=False, connection=str(ULID()))
            url = await self._new_url(current)
        else:
            connection = known.connection if known else str(ULID())
            current = Node.reported(node, report, listening=report.listening, connection=connection)
        if current.listening and not (known and known.listening):
            await self._begin_to_listen(current)
        else:
            await self._nodes.put(current)
        return NodeLease(
            heartbeat_seconds=HEARTBEAT_SECONDS, signalling_url=url, jwks=self._keys.jwks, ended_sessions=ended
        )

    async def connected(self, node: str, connection: str) -> None:
        """Web PubSub says that the node's connection is up: sooner, and more surely, than the next heartbeat would."""
        known = await self._nodes.get(node)
        if known:
            await self._begin_to_listen(known.model_copy(update={"listening": True, "connection": connection}))

    async def regions(self) -> dict[str, bool]:
        """Every region with a living node, and whether one there takes a new session."""
        return rooms_by_region(await self._nodes.live())

    async def find(self, node: str) -> Node | None:
        """The node, while its lease runs."""
        return await self._nodes.get(node)

    async def is_alive(self, node: str) -> bool:
        return await self._nodes.get(node) is not None

    async def forget(self, session: str) -> None:
        """The session has ended: no node carries it or hears it any more."""
        assignment = await self._sessions.find(session)
        await self._sessions.forget(session)
        if assignment:
            await self._stop_listening(assignment)

    async def assigned(self) -> set[str]:
        """Every session that a living node is meant to carry."""
        return {one.session for node in await self._nodes.live() for one in await self._sessions.of_node(node.id)}

    async def _adopt(self, node: str, unclaimed: list[str]) -> tuple[str, ...]:
        """Assigns to the node those of its sessions that live; answers those that are over."""
        living = await self._living.live(unclaimed)
        turn = asyncio.Semaphore(_PARALLEL_CALLS)

        async def assign(session: str) -> None:
            async with turn:
                await self._sessions.assign(Assignment(session=session, node=node), instead_of=None)

        await all_done(*(assign(session) for session in unclaimed if session in living))
        return tuple(session for session in unclaimed if session not in living)

    async def _stop_listening(self, assignment: Assignment) -> None:
        """Spares a node what is not its business any more; it may be dead, and nothing depends on it."""
        try:
            await self._signalling.stop_listening(assignment.node, assignment.session)
        except SignallingUnavailableError:
            _logger.info("still listening session=%s node=%s", assignment.session, assignment.node)

    async def _new_url(self, node: Node) -> str:
        assignments = (await self._sessions.of_node(node.id))[:_SESSIONS_IN_URL]
        sessions = [assignment.session for assignment in assignments]
        url = await self._signalling.node_url(node.id, sessions)
        for session in sessions:
            await self._sessions.announced(session, node.id, node.connection)
        return url

    async def _begin_to_listen(self, node: Node) -> None:
        """The node's connection is up, and the node listens once it hears all of its sessions.

        Until then it has its lease and no more; if something fails, the next heartbeat tries again.
        """
        await self._nodes.put(node.model_copy(update={"listening": False}))
        await self._announce_all(node)
        await self._nodes.put(node)

    async def _announce_all(self, node: Node) -> None:
        """Announces what the URL had no room for, or what was assigned after it was made."""
        turn = asyncio.Semaphore(_PARALLEL_CALLS)

        async def announce(assignment: Assignment) -> None:
            async with turn:
                await self.announce(node, assignment)

        await all_done(*(announce(assignment) for assignment in await self._sessions.of_node(node.id)))

    @staticmethod
    def _listening(node: Node) -> Node:
        if not node.listening:
            raise NoNodeAvailableError
        return node
