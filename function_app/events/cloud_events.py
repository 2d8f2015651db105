"""Events as tenants get them: CloudEvents 1.0 in JSON (cloudevents.io), with the `sequence` in the meeting."""

from __future__ import annotations

import json
from typing import Any

from function_app.events.documents import Event
from function_app.timestamps import rfc3339

CONTENT_TYPE = "application/cloudevents+json"


def cloud_event(event: Event, public_url: str) -> dict[str, Any]:
    """The event's envelope and data; `public_url` is the service's origin, which `source` begins with."""
    return {
        "specversion": "1.0",
        "id": event.public_id,
        "source": f"{public_url}/meetings/{event.meeting_id}",
        "type": event.kind,
        "time": rfc3339(event.occurred_on),
        "subject": event.meeting_id,
        "sequence": event.sequence,
        "datacontenttype": "application/json",
        "data": event.data,
    }


def encode(envelope: dict[str, Any]) -> bytes:
    """The body to send: the same bytes each time, as its signature is over bytes."""
    return json.dumps(envelope, ensure_ascii=False, separators=(",", ":")).encode()
