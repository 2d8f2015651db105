"""What every group of operations does with its calls."""

from __future__ import annotations

from typing import Any, TypeVar

from parley.aio.driver import Driver
from parley.aio.paging import AsyncItemPaged
from parley.aio.polling import AsyncPoller
from parley.call import Call

T = TypeVar("T")


class Group:
    def __init__(self, driver: Driver) -> None:
        self._driver = driver

    async def _get(self, call: Call, kind: type[T]) -> T:
        return await self._driver.run(self._driver.conversation.parsed(call, kind))

    async def _one_of(self, call: Call, kinds: object) -> Any:
        return await self._driver.run(self._driver.conversation.one_of(call, kinds))

    async def _text(self, call: Call) -> str:
        return (await self._driver.run(self._driver.conversation.answer(call))).text

    async def _do(self, call: Call) -> None:
        await self._driver.run(self._driver.conversation.answer(call))

    def _list(self, call: Call, kind: type[T]) -> AsyncItemPaged[T]:
        return AsyncItemPaged(self._driver, call, kind)

    async def _begin(self, call: Call, kind: type[T]) -> AsyncPoller[T]:
        return AsyncPoller(self._driver, await self._driver.run(self._driver.conversation.begun(call, kind)))
