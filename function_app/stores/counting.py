"""Writing an event beside a change of something other than the meeting itself."""

from __future__ import annotations

from function_app.events.documents import Event
from function_app.meetings.documents import MEETING_DOCUMENT, Meeting
from function_app.stores.cosmos import BatchOperation, Json, set_values


def count_event(before: Meeting, after: Meeting, event: Event, *more: Json) -> list[BatchOperation]:
    """The operations that write the event and count it, and make the changes `more` of the meeting.

    They hold while no other event has been counted, and leave alone what else changes in the meeting.
    """
    condition = f"FROM c WHERE c.eventSequence = {before.event_sequence}"
    changes = [*set_values({"eventSequence": after.event_sequence}), *more]
    return [
        ("patch", (MEETING_DOCUMENT, changes), {"filter_predicate": condition}),
        ("create", (event.body(),)),
    ]
