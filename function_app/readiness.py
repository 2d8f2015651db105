"""What the control plane depends on, and whether it is there now."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

_TIMEOUT_SECONDS = 1.0
_KEPT_SECONDS = 1.0
"""So that those who ask, however many, cost what one does."""

Check = Callable[[], Awaitable[object]]


@dataclass(frozen=True)
class Dependency:
    """`check` raises, or takes too long, when it is down. Without one that is not `needed` we go on, if less well."""

    name: str
    check: Check
    needed: bool = True


@dataclass(frozen=True)
class Finding:
    dependency: Dependency
    up: bool
    milliseconds: int


class Readiness:
    def __init__(
        self,
        dependencies: tuple[Dependency, ...],
        timeout: float = _TIMEOUT_SECONDS,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._dependencies = dependencies
        self._timeout = timeout
        self._monotonic = monotonic
        self._looking = asyncio.Lock()
        self._found: tuple[Finding, ...] = ()
        self._good_until = 0.0

    async def findings(self) -> tuple[Finding, ...]:
        """One for each dependency, at most a second old."""
        async with self._looking:
            if self._monotonic() >= self._good_until:
                self._found = tuple(await asyncio.gather(*(self._look(one) for one in self._dependencies)))
                self._good_until = self._monotonic() + _KEPT_SECONDS
            return self._found

    async def _look(self, dependency: Dependency) -> Finding:
        began = self._monotonic()
        try:
            async with asyncio.timeout(self._timeout):
                await dependency.check()
            up = True
        except Exception:  # noqa: BLE001 - whatever goes wrong is the finding
            up = False
        return Finding(dependency, up, round((self._monotonic() - began) * 1000))
