"""What is written down about `POST /meetings` with an idempotency key, so that a repeat gets the first answer."""

from __future__ import annotations

import hashlib
from typing import Literal, Self

from function_app.meetings.documents import Meeting
from function_app.stores.documents import MeetingScoped

REMEMBERED_SECONDS = 24 * 3600

# Meeting ids begin with a letter or a digit, so no meeting can be in this partition.
_PARTITION = "~creations"


class Creation(MeetingScoped):
    type: Literal["creation"] = "creation"
    request_digest: str
    """Tells whether the key came with the same body."""
    meeting: Meeting
    """The meeting as it was when it was created."""
    ttl: int = REMEMBERED_SECONDS

    @classmethod
    def new(cls, meeting: Meeting, idempotency_key: str, request: str) -> Self:
        return cls(
            id=f"creation_{_digest(idempotency_key)}",
            tenant_id=meeting.tenant_id,
            meeting_id=_PARTITION,
            request_digest=_digest(request),
            meeting=meeting,
        )


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
