"""The CloudEvents that tell an upstream about its clients, and the answers it may give.

Source: https://learn.microsoft.com/azure/azure-web-pubsub/reference-cloud-events
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from local_azure.webpubsub.connection import Connection
from local_azure.webpubsub.errors import UpstreamFailedError
from local_azure.webpubsub.messages import decode_json

_JSON = "application/json; charset=utf-8"


@dataclass(frozen=True)
class CloudEvent:
    """One event about a connection: `kind` is sys or user."""

    kind: str
    name: str
    content_type: str
    body: bytes

    @classmethod
    def system(cls, name: str, body: bytes) -> "CloudEvent":
        """A system event, whose body is JSON."""
        return cls("sys", name, _JSON, body)

    def headers(self, connection: Connection, origin: str, signatures: str) -> dict[str, str]:
        """The event's attributes in the binary content mode, with the extension attributes of Web PubSub."""
        headers = {
            "WebHook-Request-Origin": origin,
            "Content-Type": self.content_type,
            "ce-specversion": "1.0",
            "ce-type": f"azure.webpubsub.{self.kind}.{self.name}",
            "ce-source": f"/hubs/{connection.hub_name}/client/{connection.id}",
            "ce-id": secrets.token_hex(8),
            "ce-time": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "ce-signature": signatures,
            "ce-connectionId": connection.id,
            "ce-hub": connection.hub_name,
            "ce-eventName": self.name,
            "ce-awpsversion": "1.0",
        }
        optional = {
            "ce-userId": connection.user_id,
            "ce-subprotocol": connection.subprotocol,
            "ce-connectionState": connection.upstream_state,
        }
        return headers | {name: value for name, value in optional.items() if value is not None}


@dataclass(frozen=True)
class ConnectAnswer:
    """What an upstream decided about a client that connects; the empty one changes nothing."""

    user_id: str | None = None
    roles: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    subprotocol: str | None = None

    @classmethod
    def parse(cls, body: bytes) -> "ConnectAnswer":
        """From the body of a 200 answer. Raises UpstreamFailedError if it is not what the reference describes."""
        if not body:
            return cls()
        try:
            fields = decode_json(body.decode())
        except ValueError as error:
            raise UpstreamFailedError("the connect response is not JSON") from error
        if not isinstance(fields, dict):
            raise UpstreamFailedError("the connect response is not an object")
        return cls(
            user_id=_string(fields, "userId"),
            roles=_strings(fields, "roles"),
            groups=_strings(fields, "groups"),
            subprotocol=_string(fields, "subprotocol"),
        )


def is_header_safe(text: str) -> bool:
    """Whether a value can travel as an attribute of an event."""
    return text.isprintable()


def _string(fields: Mapping[str, Any], name: str) -> str | None:
    value = fields.get(name)
    if value is not None and not (isinstance(value, str) and is_header_safe(value)):
        raise UpstreamFailedError(f"{name} in the connect response is not a printable string")
    return value or None


def _strings(fields: Mapping[str, Any], name: str) -> tuple[str, ...]:
    value = fields.get(name)
    if value is None:
        return ()
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise UpstreamFailedError(f"{name} in the connect response is not a list of strings")
    return tuple(value)
