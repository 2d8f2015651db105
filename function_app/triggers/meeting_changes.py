"""The change feed of the container `meetings`: every event that was written reaches those whom it concerns."""

from __future__ import annotations

import logging

import azure.functions as func

from function_app.errors import ApiError
from function_app.events.documents import Event
from function_app.process import process
from function_app.triggers.meetings_feed import events_of, on_meeting_changes

blueprint = func.Blueprint()  # type: ignore[no-untyped-call]  # azure-functions types no constructor

_logger = logging.getLogger("parley.changes")


@on_meeting_changes(blueprint, "meeting_changes")
async def meeting_changes(documents: func.DocumentList) -> None:
    """Hands over each event, whatever becomes of the others.

    What fails because a service is away is raised at the end, so that the host delivers the batch again; the events
    that were handled may come twice. What fails in any other way would fail for ever, and is only logged.
    """
    meeting_events = process.services().meeting_events
    unavailable: ApiError | None = None
    for event in events_of(documents):
        try:
            await meeting_events.handle(event)
        except ApiError as error:
            _logger.warning("event waits %s code=%s", _name(event), error.code)
            unavailable = unavailable or error
        except Exception:
            _logger.exception("event lost %s", _name(event))
    if unavailable:
        raise unavailable


def _name(event: Event) -> str:
    return f"tenant={event.tenant_id} meeting={event.meeting_id} id={event.id}"
