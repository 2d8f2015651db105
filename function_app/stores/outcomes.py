"""What may come of a write besides success, and the one way to try again.

StoreRaceError       somebody else was faster; read again and decide again
├── AlreadyExistsError   409: a document with that id is there
├── ChangedError         412: the ETag or the condition does not hold
└── AbsentError          404: the document to change is not there
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from typing import TypeVar

from function_app.errors import StoreUnavailableError

_ATTEMPTS = 6
_FIRST_DELAY_SECONDS = 0.02

Result = TypeVar("Result")


class StoreRaceError(Exception):
    """The store is not in the state that the write was made for."""


class AlreadyExistsError(StoreRaceError):
    """A document with that id is there."""


class ChangedError(StoreRaceError):
    """The document has changed since it was read, or the condition of the write does not hold."""


class AbsentError(StoreRaceError):
    """The document to change is not there."""


async def until_it_holds(attempt: Callable[[], Awaitable[Result]]) -> Result:
    """Runs a read-decide-write again for as long as it loses races, with jittered waits, up to about a second.

    `attempt` must read afresh each time. Raises StoreUnavailableError when it never wins.
    """
    for number in range(_ATTEMPTS):
        try:
            return await attempt()
        except StoreRaceError:
            # The waits are spread at random so that the writers that collided do not collide again.
            await asyncio.sleep(_FIRST_DELAY_SECONDS * 2**number * random.uniform(0.5, 1))  # noqa: S311 no secret
    raise StoreUnavailableError("The document is being changed by too many at once; try again.")
