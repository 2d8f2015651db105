"""The change feed of the container `meetings`, for the functions that are told of events by it."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Iterable, Iterator
from typing import Any

import azure.functions as func
from pydantic import ValidationError

from function_app.events.documents import Event

_logger = logging.getLogger("parley.changes")

TakeDocuments = Callable[[func.DocumentList], Awaitable[None]]


def on_meeting_changes(
    blueprint: func.Blueprint, name: str, lease_prefix: str | None = None
) -> Callable[[TakeDocuments], TakeDocuments]:
    """Registers a function that takes `documents`: each change at least once, and in the order of its meeting.

    Every function has leases of its own, by the prefix of their names, so that it gets all changes and is not held up
    by another's failures.
    """

    def register(take: TakeDocuments) -> TakeDocuments:
        on_change = blueprint.cosmos_db_trigger(
            arg_name="documents",
            connection="PARLEY_COSMOS",
            database_name="%PARLEY_COSMOS_DATABASE%",
            container_name="meetings",
            lease_container_name="leases",
            lease_container_prefix=lease_prefix,
            feed_poll_delay=500,
        )
        # Without a policy Azure goes on to the next batch when a call has failed, and the changes of this one are lost.
        until_it_succeeds = blueprint.retry(
            strategy="exponential_backoff",
            max_retry_count="-1",
            minimum_interval="00:00:01",
            maximum_interval="00:00:30",
        )
        registered: TakeDocuments = blueprint.function_name(name)(until_it_succeeds(on_change(take)))
        return registered

    return register


def events_of(documents: Iterable[Any]) -> Iterator[Event]:
    """The events, as far as they can be read: one that cannot would come again for ever."""
    for document in documents:
        if document.get("type") != "event":
            continue
        try:
            yield Event.read(dict(document))
        except ValidationError:
            _logger.exception("unreadable event id=%s", document.get("id"))
