"""Lists, read a page at a time while one goes through them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Generic, TypeVar

from parley.call import Call
from parley.driver import Driver
from parley.flows import Page

T = TypeVar("T")


class ItemPaged(Generic[T]):
    """`for item in …` goes through all pages; each is asked for when it is needed."""

    def __init__(self, driver: Driver, call: Call, kind: type[T]) -> None:
        self._driver = driver
        self._call = call
        self._kind = kind

    def __iter__(self) -> Iterator[T]:
        for page in self.by_page():
            yield from page.items

    def by_page(self, continuation_token: str | None = None) -> Iterator[Page[T]]:
        """The pages: from the first one, or after the one that has this token."""
        while True:
            flow = self._driver.conversation.page(self._call, self._kind, continuation_token)
            page = self._driver.run(flow)
            yield page
            continuation_token = page.continuation_token
            if continuation_token is None:
                return
