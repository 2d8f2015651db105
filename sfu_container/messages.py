"""Reading messages: bounded in size, validated against the wire models, and refused with a code."""

from __future__ import annotations

import json
import re
from typing import TypeVar

from pydantic import TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from sfu_container.errors import MalformedMessageError, MessageTooLargeError, UnknownMessageTypeError

Message = TypeVar("Message")

_REQUEST_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")


def parse_json(adapter: TypeAdapter[Message], raw: str | bytes, max_bytes: int) -> Message:
    """One message as it came on a data channel.

    Raises:
        MessageTooLargeError, UnknownMessageTypeError, MalformedMessageError
    """
    size = len(raw) if isinstance(raw, bytes) else len(raw.encode(errors="surrogatepass"))
    if size > max_bytes:
        raise MessageTooLargeError(f"a message may have {max_bytes} bytes, this one has {size}")
    try:
        return adapter.validate_json(raw)
    except ValidationError as error:
        raise _refusal(error.errors(include_url=False, include_context=False, include_input=False)[0]) from None


def parse_object(adapter: TypeAdapter[Message], data: object, max_bytes: int) -> Message:
    """One message as it came to a group, where the Web PubSub client has read the JSON already. Raises as above."""
    if not isinstance(data, dict):
        raise MalformedMessageError("a message is a JSON object")
    try:
        raw = json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode(errors="surrogatepass")
    except RecursionError:
        raise MalformedMessageError("the message is nested too deeply") from None
    return parse_json(adapter, raw, max_bytes)


def request_id_of(data: object) -> str | None:
    """The `requestId` of a message that may be broken in any other way."""
    request_id = data.get("requestId") if isinstance(data, dict) else None
    return request_id if isinstance(request_id, str) and _REQUEST_ID.fullmatch(request_id) else None


def request_id_in(raw: str | bytes, max_bytes: int) -> str | None:
    """As `request_id_of`, for a message that is not read yet."""
    if len(raw) > max_bytes:
        return None
    try:
        return request_id_of(json.loads(raw))
    except (ValueError, RecursionError):
        return None


def _refusal(error: ErrorDetails) -> MalformedMessageError | UnknownMessageTypeError:
    match error["type"]:
        case "union_tag_not_found" | "union_tag_invalid":
            return UnknownMessageTypeError("the type is missing or unknown")
        case "json_invalid":
            return MalformedMessageError("the message is not JSON")
        case _:
            # The first part of the location is the message's type.
            field = ".".join(str(part) for part in error["loc"][1:])
            return MalformedMessageError(f"{field or 'message'}: {error['msg']}")
