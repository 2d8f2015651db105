"""Carries out what clients ask for."""

from local_azure.webpubsub.connection import Connection
from local_azure.webpubsub.errors import FrameError, UpstreamError
from local_azure.webpubsub.frames import (
    JoinGroup,
    LeaveGroup,
    Ping,
    SendEvent,
    SendToGroup,
    SequenceAck,
    parse_frame,
)
from local_azure.webpubsub.hub import Hubs, deliver
from local_azure.webpubsub.messages import PONG_FRAME, DataType, Frame, Message, Payload, ack_frame
from local_azure.webpubsub.roles import Permission
from local_azure.webpubsub.upstream import Upstream

_BARE_EVENT = "message"

_AckError = tuple[str, str]
_AckedFrame = JoinGroup | LeaveGroup | SendToGroup | SendEvent


class Commands:
    """Executes one frame at a time. Raises FrameError and UpstreamError, after either of which the session is over."""

    def __init__(self, hubs: Hubs, upstream: Upstream) -> None:
        self._hubs = hubs
        self._upstream = upstream

    async def execute(self, connection: Connection, data: Frame) -> None:
        """Carries out a WebSocket message of a client; returns when the next one may follow."""
        if not connection.speaks_json:
            await self._pass_on(connection, _BARE_EVENT, _bare_payload(data))
            return
        if isinstance(data, bytes):
            raise FrameError("The JSON subprotocols have text messages only.")
        match parse_frame(data):
            case Ping():
                connection.send(PONG_FRAME)
            case SequenceAck(sequence_id):
                connection.unacked.acknowledge(sequence_id)
            case frame:
                await self._execute_once(connection, frame)

    async def _execute_once(self, connection: Connection, frame: _AckedFrame) -> None:
        """Carries out a frame unless its ack id shows that it was before, and acknowledges it."""
        ack_id = frame.ack_id
        if ack_id is None:
            await self._perform(connection, frame)
        elif ack_id in connection.acks:
            error = ("Duplicate", f"Message with ack-id: {ack_id} has been processed")
            connection.send(ack_frame(ack_id, error))
        else:
            await self._acknowledge(connection, frame, ack_id)

    async def _acknowledge(self, connection: Connection, frame: _AckedFrame, ack_id: int) -> None:
        try:
            error = await self._perform(connection, frame)
        except UpstreamError:
            connection.send(ack_frame(ack_id, ("InternalServerError", "The event handler did not accept the event.")))
            raise
        if error is None:
            connection.acks.add(ack_id)
        connection.send(ack_frame(ack_id, error))

    async def _perform(self, connection: Connection, frame: _AckedFrame) -> _AckError | None:
        """Returns why the client may not do this, or None once it is done."""
        match frame:
            case JoinGroup(group):
                return self._join(connection, group)
            case LeaveGroup(group):
                return self._leave(connection, group)
            case SendToGroup():
                return self._send(connection, frame)
            case SendEvent(event, payload):
                await self._pass_on(connection, event, payload)
                return None

    def _join(self, connection: Connection, group: str) -> _AckError | None:
        if not connection.roles.allows(Permission.JOIN_LEAVE_GROUP, group):
            return _forbidden("join", group)
        if not self._hubs.get(connection.hub_name).join(connection, group):
            return ("Forbidden", "The connection is in too many groups.")
        return None

    def _leave(self, connection: Connection, group: str) -> _AckError | None:
        if not connection.roles.allows(Permission.JOIN_LEAVE_GROUP, group):
            return _forbidden("leave", group)
        self._hubs.get(connection.hub_name).leave(connection, group)
        return None

    def _send(self, connection: Connection, frame: SendToGroup) -> _AckError | None:
        if not connection.roles.allows(Permission.SEND_TO_GROUP, frame.group):
            return _forbidden("send to", frame.group)
        message = Message(frame.payload, group=frame.group, from_user_id=connection.user_id)
        excluded = (connection.id,) if frame.no_echo else ()
        deliver(message, self._hubs.get(connection.hub_name).in_group(frame.group), excluded)
        return None

    async def _pass_on(self, connection: Connection, event: str, payload: Payload) -> None:
        reply = await self._upstream.user_event(connection, event, payload)
        if reply is not None:
            connection.deliver(Message(reply))


def _forbidden(action: str, group: str) -> _AckError:
    return ("Forbidden", f"The client has no permission to {action} the group {group}.")


def _bare_payload(data: Frame) -> Payload:
    if isinstance(data, bytes):
        return Payload(DataType.BINARY, data)
    return Payload(DataType.TEXT, data.encode())
