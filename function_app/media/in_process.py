"""The registry and the session map of a single process: a laptop, or a test."""

from __future__ import annotations

import time
from collections.abc import Iterable
from typing import Generic, TypeVar

from function_app.media.assignments import KEPT_SECONDS, Assignment
from function_app.media.nodes import LEASE_SECONDS, Node

Value = TypeVar("Value")


class InProcessNodeRegistry:
    def __init__(self, lease_seconds: float = LEASE_SECONDS) -> None:
        self._nodes: _Kept[Node] = _Kept(lease_seconds)

    async def put(self, node: Node) -> None:
        self._nodes.put(node.id, node)

    async def get(self, node: str) -> Node | None:
        return self._nodes.get(node)

    async def live(self) -> list[Node]:
        return self._nodes.values()


class InProcessSessionMap:
    def __init__(self, kept_seconds: float = KEPT_SECONDS) -> None:
        self._assignments: _Kept[Assignment] = _Kept(kept_seconds)

    async def find(self, session: str) -> Assignment | None:
        return self._assignments.get(session)

    async def assign(self, wanted: Assignment, instead_of: str | None) -> Assignment:
        found = self._assignments.get(wanted.session)
        holds = wanted if (found.node if found else None) == instead_of else found
        return self.mention(holds or wanted)

    async def announced(self, session: str, node: str, connection: str) -> None:
        found = self._assignments.get(session)
        if found and found.node == node:
            self.mention(found.model_copy(update={"announced": connection}))

    async def keep(self, node: str, sessions: Iterable[str]) -> list[str]:
        unclaimed = []
        for session in sessions:
            found = self._assignments.get(session)
            if found is None:
                unclaimed.append(session)
            elif found.node == node:
                self.mention(found)
        return unclaimed

    async def of_node(self, node: str) -> list[Assignment]:
        return [found for found in self._assignments.values() if found.node == node]

    async def forget(self, session: str) -> None:
        self._assignments.forget(session)

    def mention(self, assignment: Assignment) -> Assignment:
        """Remembers the assignment, as it is, from now on."""
        self._assignments.put(assignment.session, assignment)
        return assignment


class _Kept(Generic[Value]):
    """Values by name, each for the same time after it was put; the oldest stand first, so few are ever looked at."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._entries: dict[str, tuple[float, Value]] = {}

    def put(self, name: str, value: Value) -> None:
        self._drop_expired()
        self.forget(name)
        self._entries[name] = (time.monotonic() + self._seconds, value)

    def get(self, name: str) -> Value | None:
        until, value = self._entries.get(name, (0.0, None))
        return value if until > time.monotonic() else None

    def values(self) -> list[Value]:
        self._drop_expired()
        return [value for _, value in self._entries.values()]

    def forget(self, name: str) -> None:
        self._entries.pop(name, None)

    def _drop_expired(self) -> None:
        now = time.monotonic()
        while self._entries:
            oldest = next(iter(self._entries))
            if self._entries[oldest][0] > now:
                return
            del self._entries[oldest]
