"""How a session is kept: its own document for good, and a mark in the meeting's partition while it lives."""

from __future__ import annotations

from typing import Literal

from function_app.media.providers.names import MediaProviderName
from function_app.stores.documents import MeetingScoped
from function_app.timestamps import Timestamp

ACTIVE_SESSION_DOCUMENT = "activeSession"


class Session(MeetingScoped):
    type: Literal["session"] = "session"
    started_on: Timestamp
    ended_on: Timestamp | None = None
    media_provider: MediaProviderName = MediaProviderName.SFU


class ActiveSession(MeetingScoped):
    """The meeting's one live session.

    Its id is the same for every session, so two first joins cannot both create it; and every join touches it, so a
    session cannot be ended while somebody comes in.
    """

    type: Literal["activeSession"] = "activeSession"
    session_id: str
    started_on: Timestamp
    last_join_on: Timestamp
    media_provider: MediaProviderName = MediaProviderName.SFU
    """Chosen when the session began: people who come later must meet those who are there."""
    room: str | None = None
    """The provider's own name of the session, where it has one."""
