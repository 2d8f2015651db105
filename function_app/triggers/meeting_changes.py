"""The change feed of the container `meetings`: every event that was written reaches those whom it concerns."""

from __future__ import annotations

import logging
from typing import Any

import azure.functions as func
from pydantic import ValidationError

from function_app.meetings.documents import Event
from function_app.wiring import process

blueprint = func.Blueprint()  # type: ignore[no-untyped-call]  # azure-functions types no constructor

_logger = logging.getLogger("parley.changes")


@blueprint.function_name("meeting_changes")
@blueprint.cosmos_db_trigger(
    arg_name="documents",
    connection="PARLEY_COSMOS",
    database_name="%PARLEY_COSMOS_DATABASE%",
    container_name="meetings",
    lease_container_name="leases",
    feed_poll_delay=500,
)
async def meeting_changes(documents: func.DocumentList) -> None:
    """What cannot be handled now is raised, so that the host delivers the batch again."""
    meeting_events = process.services().meeting_events
    for document in documents:
        event = _event(dict(document))
        if event:
            await meeting_events.handle(event)


def _event(document: dict[str, Any]) -> Event | None:
    """None for what is no event, or none that can be read: that would come again for ever."""
    if document.get("type") != "event":
        return None
    try:
        return Event.read(document)
    except ValidationError:
        _logger.exception("unreadable event id=%s", document.get("id"))
        return None
