"""The client."""

from __future__ import annotations

from types import TracebackType
from typing import Self

import httpx

from parley.driver import Driver
from parley.flows import Conversation, Credential, origin_of
from parley.operations import Groups
from parley.retries import Retries

DEFAULT_TIMEOUT = 45.0
"""Seconds for one attempt: a little more than the API itself takes at most."""


class ParleyClient(Groups):
    """Parley's API, in groups: `client.meetings`, `client.webhooks` and so on.

    `endpoint` is the platform's origin, such as `https://meet.example.com`. `credential` is an API key; a join token,
    for what the people in a meeting may do; or a function that gives the access token of the moment. One client
    serves many threads. Close it, or use it as a context manager. `transport` is httpx's, for proxies and tests.
    """

    def __init__(
        self,
        endpoint: str,
        credential: Credential,
        *,
        retries: Retries | None = None,
        timeout: float = DEFAULT_TIMEOUT,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        conversation = Conversation(origin_of(endpoint), credential, retries or Retries(), timeout)
        super().__init__(Driver(conversation, httpx.Client(transport=transport)))

    def close(self) -> None:
        self._driver.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()
