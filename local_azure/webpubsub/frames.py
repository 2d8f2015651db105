"""What clients of the JSON subprotocols send, parsed into typed frames.

Source: https://learn.microsoft.com/azure/azure-web-pubsub/reference-json-webpubsub-subprotocol#requests
"""

from dataclasses import dataclass
from typing import Any

from local_azure.webpubsub.errors import FrameError
from local_azure.webpubsub.messages import DataType, Payload, decode_json

MAX_GROUP_LENGTH = 1024
_MAX_EVENT_LENGTH = 128
_MAX_UINT64 = 2**64 - 1
_QUOTED_LENGTH = 40


@dataclass(frozen=True)
class JoinGroup:
    """Asks to be added to a group."""

    group: str
    ack_id: int | None


@dataclass(frozen=True)
class LeaveGroup:
    """Asks to be removed from a group."""

    group: str
    ack_id: int | None


@dataclass(frozen=True)
class SendToGroup:
    """Publishes to a group; `no_echo` leaves the sender out."""

    group: str
    payload: Payload
    no_echo: bool
    ack_id: int | None


@dataclass(frozen=True)
class SendEvent:
    """A custom event for the upstream."""

    event: str
    payload: Payload
    ack_id: int | None


@dataclass(frozen=True)
class SequenceAck:
    """Says that every message up to `sequence_id` has arrived."""

    sequence_id: int


@dataclass(frozen=True)
class Ping:
    """Asks for a pong."""


ClientFrame = JoinGroup | LeaveGroup | SendToGroup | SendEvent | SequenceAck | Ping


def parse_frame(text: str) -> ClientFrame:
    """The frame in a text message. Raises FrameError with a reason for the client on anything else."""
    try:
        fields = decode_json(text)
    except ValueError as error:
        raise FrameError("The message is not valid JSON.") from error
    if not isinstance(fields, dict):
        raise FrameError("The message must be a JSON object.")
    match fields.get("type"):
        case "joinGroup":
            return JoinGroup(_group(fields), _ack_id(fields))
        case "leaveGroup":
            return LeaveGroup(_group(fields), _ack_id(fields))
        case "sendToGroup":
            return SendToGroup(_group(fields), _payload(fields), _no_echo(fields), _ack_id(fields))
        case "event":
            return SendEvent(_event(fields), _payload(fields), _ack_id(fields))
        case "sequenceAck":
            return SequenceAck(_uint64(fields, "sequenceId"))
        case "ping":
            return Ping()
        case unknown:
            raise FrameError(f"The message type {_quoted(unknown)} is not supported.")


def check_group_name(group: str) -> None:
    """Raises FrameError unless it has 1 to 1024 encodable characters."""
    if not 0 < len(group) <= MAX_GROUP_LENGTH or not _is_encodable(group):
        raise FrameError(f"A group name must have 1 to {MAX_GROUP_LENGTH} characters.")


def _group(fields: dict[str, Any]) -> str:
    group = fields.get("group")
    if not isinstance(group, str):
        raise FrameError("group must be a string.")
    check_group_name(group)
    return group


def _event(fields: dict[str, Any]) -> str:
    """The event name, which must be fit for an HTTP header because that is how it travels upstream."""
    event = fields.get("event")
    if not isinstance(event, str) or not 0 < len(event) <= _MAX_EVENT_LENGTH:
        raise FrameError(f"event must be a string of 1 to {_MAX_EVENT_LENGTH} characters.")
    if not event.isascii() or not event.isprintable() or " " in event:
        raise FrameError("event must be printable ASCII without spaces.")
    return event


def _payload(fields: dict[str, Any]) -> Payload:
    data_type = fields.get("dataType", DataType.TEXT)
    if data_type not in tuple(DataType):
        raise FrameError(f"dataType {_quoted(data_type)} is not supported; use text, json or binary.")
    if "data" not in fields:
        raise FrameError("data is missing.")
    try:
        return Payload.from_data(DataType(data_type), fields["data"])
    except ValueError as error:
        raise FrameError(f"data does not fit dataType {data_type}.") from error


def _no_echo(fields: dict[str, Any]) -> bool:
    no_echo = fields.get("noEcho")
    if no_echo is not None and not isinstance(no_echo, bool):
        raise FrameError("noEcho must be a boolean.")
    return bool(no_echo)


def _ack_id(fields: dict[str, Any]) -> int | None:
    return None if fields.get("ackId") is None else _uint64(fields, "ackId")


def _uint64(fields: dict[str, Any], name: str) -> int:
    value = fields.get(name)
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= _MAX_UINT64:
        raise FrameError(f"{name} must be an unsigned 64-bit integer.")
    return value


def _is_encodable(text: str) -> bool:
    """JSON can smuggle in lone surrogates, which no UTF-8 can carry."""
    return not any("\ud800" <= character <= "\udfff" for character in text)


def _quoted(value: object) -> str:
    return ascii(value)[:_QUOTED_LENGTH]
