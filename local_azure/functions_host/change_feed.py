"""Delivers a container's changes to one function, at least once and in order.

A batch counts as read only when the function returned: until then it is delivered again, with the growing pauses of
the function's own retry policy, and nothing behind it is. How far the function has read is kept in the lease container,
so a restart goes on there.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable
from typing import Any, NamedTuple, Protocol

from azure.functions import DocumentList
from azure.functions.cosmosdb import CosmosDBTriggerConverter
from azure.functions.meta import Datum

from local_azure.functions_host.triggers import ChangeFeedFunction

_MORE_COME_SECONDS = 0.1
"""Behind a batch that was not full: without it each change is read alone, and with more a batch holds requests up."""

logger = logging.getLogger(__name__)


class Batch(NamedTuple):
    documents: list[dict[str, Any]]
    continuation: str | None
    """Where to go on once `documents` are dealt with."""


class FeedUnavailableError(Exception):
    """The store of a feed or of its lease did not answer as it should."""


class Feed(Protocol):
    """A container's change feed and the note of how far it was read; raises `FeedUnavailableError`."""

    async def load(self) -> str | None:
        """The continuation last saved, or None when there is none."""

    async def read(self, continuation: str | None) -> Batch:
        """The next changes; none when there are no new ones. None begins where the trigger says."""

    async def save(self, continuation: str) -> None: ...


async def run_change_feed(
    function: ChangeFeedFunction, feed: Feed, sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
) -> None:
    """Delivers changes until cancelled; a failure, of the function or of the store, is logged and tried again."""
    continuation: str | None = None
    loaded = False
    failures = 0
    while True:
        try:
            if not loaded:
                continuation, loaded = await feed.load(), True
            batch = await feed.read(continuation)
            if batch.documents:
                await function.handler(document_list(batch.documents))
            if batch.continuation and (batch.documents or continuation is None):
                await feed.save(batch.continuation)
        except Exception as error:  # noqa: BLE001  # the function may fail in any way, and is called again
            pause = min(function.retry.first * 2**failures, function.retry.longest)
            failures = min(failures + 1, 10)
            _report(function.handler.name, error, pause)
            await sleep(pause)
            continue
        failures = 0
        continuation = batch.continuation or continuation
        if len(batch.documents) < function.batch:
            await sleep(_MORE_COME_SECONDS if batch.documents else function.poll_seconds)


def _report(name: str, error: Exception, pause: float) -> None:
    if isinstance(error, FeedUnavailableError):
        logger.warning("the change feed of %s cannot be read (%s); trying again in %g s", name, error, pause)
    else:
        logger.error("the function %s failed; its changes come again in %g s", name, pause, exc_info=error)


def document_list(documents: list[dict[str, Any]]) -> DocumentList | None:
    """What the function receives, decoded from the host's JSON by the library's own converter, as in Azure."""
    return CosmosDBTriggerConverter.decode(Datum(json.dumps(documents), "string"), trigger_metadata={})
