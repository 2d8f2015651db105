"""What decides whether somebody may come in, read in one request: a join is the request that must stay short."""

from __future__ import annotations

from dataclasses import dataclass

from function_app.meetings.documents import MEETING_DOCUMENT, Meeting
from function_app.participants.exclusions import Exclusion, exclusion_id
from function_app.sessions.documents import ACTIVE_SESSION_DOCUMENT, ActiveSession
from function_app.stores.cosmos import Container
from function_app.stores.documents import MeetingKey

_ENTRANCE = """
    SELECT * FROM c
    WHERE c.tenantId = @tenant AND c.meetingId = @meeting AND c.id IN (@document, @active, @exclusion)
"""


@dataclass(frozen=True)
class Entrance:
    """A meeting as it stands before one user, as of one moment; None for what there is not."""

    meeting: Meeting | None
    active: ActiveSession | None
    exclusion: Exclusion | None


class EntranceStore:
    def __init__(self, container: Container) -> None:
        self._container = container

    async def find(self, key: MeetingKey, user: str) -> Entrance:
        """One request where point reads would be three, each at a moment of its own."""
        exclusion = exclusion_id(user)
        rows = await self._container.query(
            key,
            _ENTRANCE,
            tenant=key.tenant,
            meeting=key.meeting,
            document=MEETING_DOCUMENT,
            active=ACTIVE_SESSION_DOCUMENT,
            exclusion=exclusion,
        )
        found = {row["id"]: row for row in rows}
        meeting, active = found.get(MEETING_DOCUMENT), found.get(ACTIVE_SESSION_DOCUMENT)
        excluded = found.get(exclusion)
        return Entrance(
            Meeting.read(meeting) if meeting else None,
            ActiveSession.read(active) if active else None,
            Exclusion.read(excluded) if excluded else None,
        )
