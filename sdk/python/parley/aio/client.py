"""The async client."""

from __future__ import annotations

from types import TracebackType
from typing import Self

import httpx

from parley.aio.driver import Driver
from parley.aio.operations import Groups
from parley.client import DEFAULT_TIMEOUT
from parley.flows import Conversation, Credential, origin_of
from parley.retries import Retries


class ParleyClient(Groups):
    """The same as `parley.ParleyClient`, with methods to be awaited and lists for `async for`."""

    def __init__(
        self,
        endpoint: str,
        credential: Credential,
        *,
        retries: Retries | None = None,
        timeout: float = DEFAULT_TIMEOUT,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        conversation = Conversation(origin_of(endpoint), credential, retries or Retries(), timeout)
        super().__init__(Driver(conversation, httpx.AsyncClient(transport=transport)))

    async def close(self) -> None:
        await self._driver.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.close()
