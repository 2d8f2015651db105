"""What the control plane does when Web PubSub tells it something."""

from __future__ import annotations

import logging

from pydantic import TypeAdapter, ValidationError

from function_app.chat.service import ChatService
from function_app.media.controller import MediaController
from function_app.participants.elsewhere import PresenceElsewhere
from function_app.sessions.removal import RemovalService
from function_app.signalling.cloud_events import CloudEvent
from function_app.signalling.refusals import Refusals
from parley_protocol.addresses import ParticipantAddress
from parley_protocol.errors import ErrorCode
from parley_protocol.ids import MeetingId, NodeId, ParticipantId, SessionId, TenantId

_NODE = TypeAdapter(NodeId)
_ADDRESS = TypeAdapter(tuple[TenantId, MeetingId, SessionId, ParticipantId])
_CHAT_EVENT = "chat"

_logger = logging.getLogger("parley.signalling")


class SignallingEvents:
    def __init__(
        self,
        controller: MediaController,
        removal: RemovalService,
        elsewhere: PresenceElsewhere,
        chat: ChatService,
        refusals: Refusals,
    ) -> None:
        self._controller = controller
        self._removal = removal
        self._elsewhere = elsewhere
        self._chat = chat
        self._refusals = refusals

    async def handle(self, event: CloudEvent, body: bytes) -> None:
        """Events that concern nothing of ours are let go: the service may learn new ones."""
        if event.from_client:
            await self._from_client(event, body)
            return
        _logger.info("signalling event=%s user=%s connection=%s", event.name, event.user, event.connection)
        if event.name == "connected" and event.user:
            await self._connected(event.user, event.connection)
        elif event.name == "disconnected" and (participant := _participant(event.user)):
            await self._elsewhere.disconnected(participant)

    async def _connected(self, user: str, connection: str) -> None:
        if _is_node(user):
            await self._controller.connected(user, connection)
        elif participant := _participant(user):
            await self._removal.connected(participant)
            await self._elsewhere.connected(participant)

    async def _from_client(self, event: CloudEvent, body: bytes) -> None:
        sender = _participant(event.user)
        if sender is None:
            _logger.info("signalling ignored event=%s user=%s", event.name, event.user)
        elif event.name == _CHAT_EVENT:
            await self._chat.receive(sender, body)
        else:
            message = f"There is no event {event.name[:64]!r}."
            await self._refusals.tell(sender.participant, ErrorCode.UNKNOWN_MESSAGE_TYPE, message)


def _is_node(user: str) -> bool:
    try:
        _NODE.validate_python(user)
    except ValidationError:
        return False
    return True


def _participant(user: str | None) -> ParticipantAddress | None:
    address = ParticipantAddress.parse(user or "")
    try:
        return ParticipantAddress(*_ADDRESS.validate_python(address)) if address else None
    except ValidationError:
        return None
