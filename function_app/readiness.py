"""What the control plane depends on, and whether it is there now."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

_TIMEOUT_SECONDS = 1.0
_KEPT_SECONDS = 1.0
"""So that those who ask, however many, cost what one does."""

_MOST_CAUSES = 5

_logger = logging.getLogger("parley.readiness")

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
        self._down: set[str] = set()
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
            problem = None
        except Exception as error:  # noqa: BLE001 - whatever goes wrong is the finding
            problem = error
        self._tell_change(dependency.name, problem)
        return Finding(dependency, problem is None, round((self._monotonic() - began) * 1000))

    def _tell_change(self, name: str, problem: Exception | None) -> None:
        """One line when it goes down, and one when it is up again, however often is asked meanwhile."""
        if problem and name not in self._down:
            self._down.add(name)
            _logger.warning("dependency down name=%s problem=%s", name, _kinds(problem))
        elif problem is None and name in self._down:
            self._down.remove(name)
            _logger.warning("dependency up again name=%s", name)


def _kinds(problem: BaseException) -> str:
    """What kind of error it is, and of what kind its causes are. Their words may have keys and addresses in them."""
    kinds: list[str] = []
    cause: BaseException | None = problem
    while cause and len(kinds) < _MOST_CAUSES:
        status = getattr(cause, "status_code", None)
        kinds.append(f"{type(cause).__name__}({status})" if isinstance(status, int) else type(cause).__name__)
        cause = cause.__cause__ or cause.__context__
    return " < ".join(kinds)
