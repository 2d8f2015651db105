"""Who was taken out of a meeting: kept per user, so that no token from before it lets that user in again."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Literal, Self

from function_app.errors import ParticipantBannedError, ParticipantRemovedError
from function_app.meetings.documents import Meeting
from function_app.stores.documents import MeetingKey, MeetingScoped
from function_app.timestamps import Timestamp
from parley_protocol.grants import JoinClaims

_FOR_EVER = -1
_REMEMBERED_SECONDS = 3 * 24 * 3600
"""No token from before a removal, nor one renewed from it, lives longer."""


class Exclusion(MeetingScoped):
    """A removal keeps out every token issued until then; a ban keeps out all, until it is lifted."""

    type: Literal["exclusion"] = "exclusion"
    user: str
    banned: bool
    excluded_on: Timestamp
    ttl: int

    @classmethod
    def new(cls, key: MeetingKey, user: str, *, banned: bool, now: datetime) -> Self:
        return cls(
            id=exclusion_id(user),
            tenant_id=key.tenant,
            meeting_id=key.meeting,
            user=user,
            banned=banned,
            excluded_on=now,
            ttl=_FOR_EVER if banned else _REMEMBERED_SECONDS,
        )

    def lifted(self) -> Self:
        """A removal of the same moment."""
        return self.model_copy(update={"banned": False, "ttl": _REMEMBERED_SECONDS})

    def refuse(self, claims: JoinClaims, meeting: Meeting) -> None:
        """Raises ParticipantBannedError or ParticipantRemovedError unless the token lets its user in all the same.

        A token counts whole seconds, so one of the very second of the removal is taken for one from before it. What
        happened in a deleted meeting of the same id does not count.
        """
        if self.excluded_on < meeting.created_on:
            return
        if self.banned:
            raise ParticipantBannedError
        if claims.iat <= int(self.excluded_on.timestamp()):
            raise ParticipantRemovedError


def exclusion_id(user: str) -> str:
    """The id of the user's document; users' own ids may hold what document ids must not."""
    return f"exclusion_{hashlib.sha256(user.encode()).hexdigest()}"
