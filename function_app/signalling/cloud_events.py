"""CloudEvents from Web PubSub: the headers of one event, and whether it is really from the service.

Source: learn.microsoft.com, "CloudEvents extension for Azure Web PubSub event handler with HTTP protocol".
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self
from urllib.parse import urlsplit

from function_app.errors import InvalidRequestError, UnauthorizedError
from parley_protocol.addresses import HUB

_SYSTEM = "azure.webpubsub.sys."
_USER = "azure.webpubsub.user."
_MAXIMUM_HEADER = 1024


@dataclass(frozen=True)
class CloudEvent:
    name: str
    """The event's own name, such as `connected` or `chat`."""
    from_client: bool
    """Whether a client sent it, rather than the service itself."""
    connection: str
    user: str | None
    """The user id that the service knows the connection by."""

    @classmethod
    def parse(cls, headers: Mapping[str, str]) -> Self:
        """Raises InvalidRequestError when it is not an event of our hub."""
        if _required(headers, "ce-hub") != HUB:
            raise InvalidRequestError.parameter("ce-hub", f"Only events of the hub {HUB} are taken.")
        kind = _required(headers, "ce-type")
        prefix = next((known for known in (_SYSTEM, _USER) if kind.startswith(known)), None)
        if prefix is None:
            raise InvalidRequestError.parameter("ce-type", "The type is not one of Web PubSub.")
        name = kind.removeprefix(prefix)
        return cls(name, prefix == _USER, _required(headers, "ce-connectionid"), headers.get("ce-userid"))


class EventOrigin:
    """Knows who may send us events: the Web PubSub instance whose access key is ours."""

    def __init__(self, endpoint: str, key: str | None) -> None:
        self._host = urlsplit(endpoint).netloc
        self._key = key

    def allowed(self, requested: str) -> str | None:
        """The answer to the abuse-protection handshake: our own service, if it is among those that ask.

        Source: CloudEvents 1.0, HTTP web hook, section 4.
        """
        origins = {origin.strip().lower() for origin in requested.split(",")}
        return self._host if self._host.lower() in origins else None

    def check(self, connection: str, signatures: str) -> None:
        """`signatures` is `sha256={hex},…`, one for each access key. Raises UnauthorizedError when none is ours."""
        if self._key is None:
            raise UnauthorizedError("Events cannot be verified here: there is no access key.")
        digest = hmac.new(self._key.encode(), connection.encode(), hashlib.sha256).hexdigest()
        expected = f"sha256={digest}".encode()
        shown = [signature.strip().encode() for signature in signatures[:_MAXIMUM_HEADER].split(",")]
        if not any([hmac.compare_digest(signature, expected) for signature in shown]):  # noqa: C419 compare all of them
            raise UnauthorizedError("The signature of the event is not valid.")


def _required(headers: Mapping[str, str], name: str) -> str:
    value = headers.get(name, "")
    if not value or len(value) > _MAXIMUM_HEADER:
        raise InvalidRequestError.parameter(name, "The header is missing or too long.")
    return value
