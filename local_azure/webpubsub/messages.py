"""Messages to clients, encoded once however many receive them.

Source: https://learn.microsoft.com/azure/azure-web-pubsub/reference-json-reliable-webpubsub-subprotocol
"""

import base64
import binascii
import json
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Any, NoReturn

Frame = str | bytes


class DataType(StrEnum):
    """How the `data` of a message is to be read."""

    TEXT = "text"
    JSON = "json"
    BINARY = "binary"


CONTENT_TYPES = {
    DataType.TEXT: "text/plain",
    DataType.JSON: "application/json",
    DataType.BINARY: "application/octet-stream",
}
_DATA_TYPES = {content_type: data_type for data_type, content_type in CONTENT_TYPES.items()}


@dataclass(frozen=True)
class Payload:
    """What a sender wants delivered: UTF-8 text, UTF-8 JSON or raw bytes, as `data_type` says."""

    data_type: DataType
    content: bytes

    @classmethod
    def from_data(cls, data_type: DataType, data: object) -> "Payload":
        """From the `data` field of a JSON frame. Raises ValueError if it is not of the type."""
        if data_type is DataType.JSON:
            return cls(data_type, encode_json(data).encode())
        if not isinstance(data, str):
            raise ValueError(f"data must be a string when dataType is {data_type}")
        if data_type is DataType.TEXT:
            return cls(data_type, data.encode())
        try:
            return cls(data_type, base64.b64decode(data, validate=True))
        except binascii.Error as error:
            raise ValueError("data must be base64 when dataType is binary") from error

    @classmethod
    def from_body(cls, content_type: str, body: bytes) -> "Payload":
        """From an HTTP body. Raises KeyError on a media type without a data type, ValueError on a malformed body."""
        data_type = _DATA_TYPES[content_type]
        if data_type is DataType.JSON:
            decode_json(body.decode())
        elif data_type is DataType.TEXT:
            body.decode()
        return cls(data_type, body)

    @property
    def content_type(self) -> str:
        """The media type of `content`."""
        return CONTENT_TYPES[self.data_type]

    @property
    def bare_frame(self) -> Frame:
        """What a client without a subprotocol receives."""
        return self.content if self.data_type is DataType.BINARY else self.content.decode()

    @property
    def json_literal(self) -> str:
        """The value of the `data` field, as JSON text."""
        if self.data_type is DataType.BINARY:
            return f'"{base64.b64encode(self.content).decode()}"'
        text = self.content.decode()
        return text if self.data_type is DataType.JSON else json.dumps(text)


@dataclass(frozen=True)
class Message:
    """A payload on its way to clients, from the server or (with `group`) from a group."""

    payload: Payload
    group: str | None = None
    from_user_id: str | None = None

    @cached_property
    def frame(self) -> str:
        """The frame of `json.webpubsub.azure.v1`."""
        envelope: dict[str, Any] = {"type": "message", "from": "server"}
        if self.group is not None:
            envelope |= {"from": "group", "group": self.group}
            if self.from_user_id is not None:
                envelope["fromUserId"] = self.from_user_id
        envelope["dataType"] = self.payload.data_type
        return f'{json.dumps(envelope)[:-1]}, "data": {self.payload.json_literal}}}'

    def sequenced_frame(self, sequence_id: int) -> str:
        """The frame of `json.reliable.webpubsub.azure.v1`."""
        return f'{{"sequenceId": {sequence_id}, {self.frame[1:]}'


def connected_frame(connection_id: str, user_id: str | None, reconnection_token: str | None) -> str:
    """The first frame of a connection; only reliable ones have a reconnection token."""
    frame = {"type": "system", "event": "connected", "userId": user_id, "connectionId": connection_id}
    if reconnection_token is not None:
        frame["reconnectionToken"] = reconnection_token
    return json.dumps(frame)


def disconnected_frame(reason: str) -> str:
    """The last frame of a connection that the service closes."""
    return json.dumps({"type": "system", "event": "disconnected", "message": reason})


def ack_frame(ack_id: int, error: tuple[str, str] | None = None) -> str:
    """The outcome of a frame that carried an ack id; `error` is a name and a message."""
    frame: dict[str, Any] = {"type": "ack", "ackId": ack_id, "success": error is None}
    if error is not None:
        frame["error"] = {"name": error[0], "message": error[1]}
    return json.dumps(frame)


PONG_FRAME = json.dumps({"type": "pong"})


def decode_json(text: str) -> Any:
    """Parses strict JSON: no NaN, no Infinity. Raises ValueError, also when it nests too deep."""
    try:
        return json.loads(text, parse_constant=_refuse_constant)
    except RecursionError as error:
        raise ValueError("the JSON nests too deep") from error


def encode_json(value: object) -> str:
    """Strict, compact JSON. Raises ValueError on what JSON has no word for, such as the float of 1e999."""
    try:
        return json.dumps(value, allow_nan=False, ensure_ascii=False, separators=(",", ":"))
    except RecursionError as error:
        raise ValueError("the JSON nests too deep") from error


def _refuse_constant(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not JSON")
