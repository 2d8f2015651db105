"""What is known of nodes and sessions while Redis is away: what this process last saw, and what it is told since.

Sessions go on and new ones begin. Two instances of the control plane may for that while give a session two nodes, or
take a node for living that has died; both end with the first heartbeats after Redis is back.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Awaitable, Callable, Iterable
from typing import TypeVar

from function_app.errors import RegistryUnavailableError
from function_app.media.assignments import Assignment, SessionMap
from function_app.media.in_process import InProcessNodeRegistry, InProcessSessionMap
from function_app.media.nodes import Node, NodeRegistry

REMEMBERED_SECONDS = 600.0
"""How long a node counts as living of which nothing was heard, since its heartbeats may reach other instances."""

_PAUSE_SECONDS = 2.0
"""After a failure, nobody waits for what is shared for so long: a join asks several times."""

T = TypeVar("T")

_logger = logging.getLogger("parley.media")


class Outage:
    """Whether the shared state is away, told in the log once when it goes and once when it comes back."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._away = False
        self._ask_again_at = 0.0

    async def ask(self, question: Callable[[], Awaitable[T]]) -> T:
        """Raises RegistryUnavailableError as `question` does; for a while after that, without asking."""
        if self._monotonic() < self._ask_again_at:
            raise RegistryUnavailableError
        try:
            result = await question()
        except RegistryUnavailableError:
            if not self._away:
                _logger.warning("registry away: going on with what is known")
            self._away = True
            self._ask_again_at = self._monotonic() + _PAUSE_SECONDS
            raise
        if self._away:
            _logger.info("registry back")
        self._away = False
        return result


class LastKnownNodeRegistry:
    def __init__(self, shared: NodeRegistry, outage: Outage) -> None:
        self._shared = shared
        self._outage = outage
        self._own = InProcessNodeRegistry(REMEMBERED_SECONDS)

    async def put(self, node: Node) -> None:
        await self._own.put(node)
        try:
            await self._outage.ask(lambda: self._shared.put(node))
        except RegistryUnavailableError:
            return

    async def get(self, node: str) -> Node | None:
        try:
            found = await self._outage.ask(lambda: self._shared.get(node))
        except RegistryUnavailableError:
            return await self._own.get(node)
        if found:
            await self._own.put(found)
        return found

    async def live(self) -> list[Node]:
        try:
            found = await self._outage.ask(lambda: self._shared.live())
        except RegistryUnavailableError:
            return await self._own.live()
        for node in found:
            await self._own.put(node)
        return found


class LastKnownSessionMap:
    def __init__(self, shared: SessionMap, outage: Outage) -> None:
        self._shared = shared
        self._outage = outage
        self._own = InProcessSessionMap(REMEMBERED_SECONDS)

    async def find(self, session: str) -> Assignment | None:
        try:
            found = await self._outage.ask(lambda: self._shared.find(session))
        except RegistryUnavailableError:
            return await self._own.find(session)
        if found:
            self._own.mention(found)
        return found

    async def assign(self, wanted: Assignment, instead_of: str | None) -> Assignment:
        try:
            holds = await self._outage.ask(lambda: self._shared.assign(wanted, instead_of))
        except RegistryUnavailableError:
            return await self._own.assign(wanted, instead_of)
        return self._own.mention(holds)

    async def announced(self, session: str, node: str, connection: str) -> None:
        await self._own.announced(session, node, connection)
        try:
            await self._outage.ask(lambda: self._shared.announced(session, node, connection))
        except RegistryUnavailableError:
            return

    async def keep(self, node: str, sessions: Iterable[str]) -> list[str]:
        kept = list(sessions)
        try:
            return await self._outage.ask(lambda: self._shared.keep(node, kept))
        except RegistryUnavailableError:
            return await self._own.keep(node, kept)

    async def of_node(self, node: str) -> list[Assignment]:
        try:
            return await self._outage.ask(lambda: self._shared.of_node(node))
        except RegistryUnavailableError:
            return await self._own.of_node(node)

    async def forget(self, session: str) -> None:
        await self._own.forget(session)
        try:
            await self._outage.ask(lambda: self._shared.forget(session))
        except RegistryUnavailableError:
            return
