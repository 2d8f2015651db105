"""The registry and the session map of a single process: a laptop, or a test."""

from __future__ import annotations

import time
from collections.abc import Iterable

from function_app.media.assignments import KEPT_SECONDS, Assignment
from function_app.media.nodes import LEASE_SECONDS, Node


class InProcessNodeRegistry:
    def __init__(self, lease_seconds: float = LEASE_SECONDS) -> None:
        self._lease_seconds = lease_seconds
        self._nodes: dict[str, tuple[float, Node]] = {}

    async def put(self, node: Node) -> None:
        self._nodes[node.id] = (time.monotonic() + self._lease_seconds, node)

    async def get(self, node: str) -> Node | None:
        self._drop_expired()
        found = self._nodes.get(node)
        return found[1] if found else None

    async def live(self) -> list[Node]:
        self._drop_expired()
        return [node for _, node in self._nodes.values()]

    def _drop_expired(self) -> None:
        now = time.monotonic()
        self._nodes = {name: entry for name, entry in self._nodes.items() if entry[0] > now}


class InProcessSessionMap:
    def __init__(self, kept_seconds: float = KEPT_SECONDS) -> None:
        self._kept_seconds = kept_seconds
        self._assignments: dict[str, tuple[float, Assignment]] = {}

    async def find(self, session: str) -> Assignment | None:
        self._drop_expired()
        found = self._assignments.get(session)
        return found[1] if found else None

    async def assign(self, wanted: Assignment, instead_of: str | None) -> Assignment:
        found = await self.find(wanted.session)
        holds = wanted if (found.node if found else None) == instead_of else found
        return self.mention(holds or wanted)

    async def announced(self, session: str, node: str, connection: str) -> None:
        found = await self.find(session)
        if found and found.node == node:
            self.mention(found.model_copy(update={"announced": connection}))

    async def keep(self, node: str, sessions: Iterable[str]) -> list[str]:
        self._drop_expired()
        unclaimed = []
        for session in sessions:
            _, found = self._assignments.get(session, (0.0, None))
            if found is None:
                unclaimed.append(session)
            elif found.node == node:
                self.mention(found)
        return unclaimed

    async def of_node(self, node: str) -> list[Assignment]:
        self._drop_expired()
        return [found for _, found in self._assignments.values() if found.node == node]

    async def forget(self, session: str) -> None:
        self._assignments.pop(session, None)

    def mention(self, assignment: Assignment) -> Assignment:
        """Remembers the assignment, as it is, from now on."""
        self._assignments[assignment.session] = (time.monotonic() + self._kept_seconds, assignment)
        return assignment

    def _drop_expired(self) -> None:
        now = time.monotonic()
        self._assignments = {name: entry for name, entry in self._assignments.items() if entry[0] > now}
