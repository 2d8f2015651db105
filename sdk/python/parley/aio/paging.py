"""Lists, read a page at a time while one goes through them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Generic, TypeVar

from parley.aio.driver import Driver
from parley.call import Call
from parley.flows import Page

T = TypeVar("T")


class AsyncItemPaged(Generic[T]):
    """`async for item in …` goes through all pages; each is asked for when it is needed."""

    def __init__(self, driver: Driver, call: Call, kind: type[T]) -> None:
        self._driver = driver
        self._call = call
        self._kind = kind

    async def __aiter__(self) -> AsyncIterator[T]:
        async for page in self.by_page():
            for item in page.items:
                yield item

    async def by_page(self, continuation_token: str | None = None) -> AsyncIterator[Page[T]]:
        """The pages: from the first one, or after the one that has this token."""
        while True:
            flow = self._driver.conversation.page(self._call, self._kind, continuation_token)
            page = await self._driver.run(flow)
            yield page
            continuation_token = page.continuation_token
            if continuation_token is None:
                return
