"""Takes chat messages from participants and shows them again."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import timedelta

from pydantic import ValidationError

from function_app.chat.documents import StoredMessage
from function_app.meetings.documents import Meeting
from function_app.participants.documents import Participant, Presence
from function_app.rate_limits.limits import MESSAGES, RateLimits
from function_app.signalling.refusals import Refusals
from function_app.signalling.webpubsub import Signalling
from function_app.stores.chat import AFTER_ALL, ChatStore
from function_app.stores.documents import MeetingKey
from function_app.stores.outcomes import AlreadyExistsError
from function_app.stores.sessions import SessionStore
from function_app.timestamps import Clock, rfc3339
from parley_protocol.addresses import ParticipantAddress, participant_group, session_group
from parley_protocol.errors import ErrorCode
from parley_protocol.signalling import ChatEvent

_logger = logging.getLogger("parley.chat")


@dataclass(frozen=True)
class History:
    messages: list[StoredMessage]
    """Newest last."""
    before: str | None
    """Where the page of older messages ends; None when there are none."""


class ChatService:
    """`keep` is how long messages are kept."""

    def __init__(
        self,
        store: ChatStore,
        sessions: SessionStore,
        signalling: Signalling,
        refusals: Refusals,
        clock: Clock,
        limits: RateLimits,
        keep: timedelta,
    ) -> None:
        self._store = store
        self._sessions = sessions
        self._signalling = signalling
        self._refusals = refusals
        self._clock = clock
        self._limits = limits
        self._keep = keep

    async def receive(self, sender: ParticipantAddress, body: bytes) -> None:
        """One `chat` event. What is wrong with it is told to its sender as an `error`."""
        try:
            event = ChatEvent.model_validate_json(body)
        except ValidationError as error:
            await self._refusals.tell(sender.participant, ErrorCode.MALFORMED_MESSAGE, _explain(error))
            return
        if not await self._limits.allows(MESSAGES, sender.tenant, sender.participant):
            text = "Messages come too fast."
            await self._refusals.tell(sender.participant, ErrorCode.TOO_MANY_REQUESTS, text, event.client_id)
            return
        participant = await self._sessions.participant(MeetingKey(sender.tenant, sender.meeting), sender.participant)
        if not _may_chat(participant, sender.session):
            text = "You may not chat in this session."
            await self._refusals.tell(sender.participant, ErrorCode.NOT_ALLOWED, text, event.client_id)
        elif participant:
            await self._publish(participant, event)

    async def history(self, meeting: Meeting, size: int, before: str | None) -> History:
        """The last `size` messages of the meeting, or those before a position.

        What was said in a deleted meeting with the same id is not shown.
        """
        found = await self._store.latest(meeting.key, rfc3339(meeting.created_on), before or AFTER_ALL, size + 1)
        shown = found[:size][::-1]
        return History(shown, shown[0].position if len(found) > size else None)

    async def _publish(self, sender: Participant, event: ChatEvent) -> None:
        stored = StoredMessage.new(sender, event, self._clock(), self._keep)
        try:
            await self._store.add(stored)
        except AlreadyExistsError:
            await self._confirm(sender, stored)
            return
        await self._signalling.send(session_group(sender.session_id), stored.message())
        _logger.info("chat stored message=%s session=%s participant=%s", stored.id, sender.session_id, sender.id)

    async def _confirm(self, sender: Participant, repeat: StoredMessage) -> None:
        """Shows the sender alone what was stored the first time: the others have it already."""
        first = await self._store.find(repeat.key, repeat.id)
        if first:
            await self._signalling.send(participant_group(sender.id), first.message())


def _may_chat(participant: Participant | None, session: str) -> bool:
    return (
        participant is not None
        and participant.session_id == session
        and participant.presence is not Presence.LEFT
        and participant.grants.chat
    )


def _explain(error: ValidationError) -> str:
    """Names the first field that is wrong; never repeats what was sent."""
    first = error.errors(include_input=False, include_url=False)[0]
    where = ".".join(str(part) for part in first["loc"])
    return f"{where}: {first['msg']}" if where else str(first["msg"])
