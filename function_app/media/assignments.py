"""Which node carries which session, and the port to the map that all instances of the control plane share."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol

from pydantic import BaseModel, ConfigDict

KEPT_SECONDS = 120.0
"""How long an assignment lives after the last join or heartbeat that spoke of it."""


class Assignment(BaseModel):
    model_config = ConfigDict(frozen=True)

    session: str
    node: str
    announced: str | None = None
    """The node's signalling connection that listens to the session's group."""


class LiveSessions(Protocol):
    """Knows for good which sessions live, where the map only remembers. May raise StoreUnavailableError."""

    async def live(self, sessions: Sequence[str]) -> set[str]:
        """Those of the sessions that have not ended."""


class SessionMap(Protocol):
    """Remembers assignments for `KEPT_SECONDS` after each mention. May raise RegistryUnavailableError."""

    async def find(self, session: str) -> Assignment | None: ...

    async def assign(self, wanted: Assignment, instead_of: str | None) -> Assignment:
        """Compare and set: assigns if the session's node is `instead_of` (None: if it has none).

        Returns the assignment that holds afterwards, which is another's when that was faster.
        """

    async def announced(self, session: str, node: str, connection: str) -> None:
        """Notes that the node's connection listens to the session's group, if the session is still the node's."""

    async def keep(self, node: str, sessions: Iterable[str]) -> list[str]:
        """The node says that it carries these: mentions those that are its own, and answers those that nobody has."""

    async def of_node(self, node: str) -> list[Assignment]:
        """All that the node carries."""

    async def forget(self, session: str) -> None:
        """The session has ended."""
