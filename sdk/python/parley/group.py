"""What every group of operations does with its calls."""

from __future__ import annotations

from typing import Any, TypeVar

from parley.call import Call
from parley.driver import Driver
from parley.paging import ItemPaged
from parley.polling import Poller

T = TypeVar("T")


class Group:
    def __init__(self, driver: Driver) -> None:
        self._driver = driver

    def _get(self, call: Call, kind: type[T]) -> T:
        return self._driver.run(self._driver.conversation.parsed(call, kind))

    def _one_of(self, call: Call, kinds: object) -> Any:
        return self._driver.run(self._driver.conversation.one_of(call, kinds))

    def _text(self, call: Call) -> str:
        return self._driver.run(self._driver.conversation.answer(call)).text

    def _do(self, call: Call) -> None:
        self._driver.run(self._driver.conversation.answer(call))

    def _list(self, call: Call, kind: type[T]) -> ItemPaged[T]:
        return ItemPaged(self._driver, call, kind)

    def _begin(self, call: Call, kind: type[T]) -> Poller[T]:
        return Poller(self._driver, self._driver.run(self._driver.conversation.begun(call, kind)))
