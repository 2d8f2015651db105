"""Who may run a meeting: the tenant that it is of, and in a live session whoever moderates."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends

from function_app.api.credentials import ReadableMeeting, ServicesOf, TokenIfAny
from function_app.meetings.documents import Meeting


async def moderated_meeting(services: ServicesOf, meeting: ReadableMeeting, claims: TokenIfAny) -> Meeting:
    """The meeting in the path. Raises NotAllowedError for somebody who is in it and does not moderate."""
    if claims is not None:
        await services.moderators.check(claims)
    return meeting


ModeratedMeeting = Annotated[Meeting, Depends(moderated_meeting)]
