"""Long work: something that the API goes on doing after it has answered."""

from __future__ import annotations

from typing import Generic, TypeVar

from parley.aio.driver import Driver
from parley.flows import Work

T = TypeVar("T")


class AsyncPoller(Generic[T]):
    """`result()` waits for the end; `state` is the work's resource as it was last seen."""

    def __init__(self, driver: Driver, work: Work[T]) -> None:
        self._driver = driver
        self._work = work

    @property
    def state(self) -> T:
        return self._work.state

    async def status(self) -> str:
        """Such as `running`, `succeeded` or `failed`; asks the API while the work runs."""
        if self._work.is_running:
            self._work = await self._driver.run(self._driver.conversation.look(self._work))
        return self._work.status

    async def done(self) -> bool:
        """Whether it has ended; asks the API."""
        await self.status()
        return not self._work.is_running

    async def result(self) -> T:
        """The work's resource at the end; waits for it, as often as the API asks. Raises OperationFailedError."""
        self._work = await self._driver.run(self._driver.conversation.finished(self._work))
        return self._work.succeeded()
