"""Checks the master-key signature of a request.

Source: https://learn.microsoft.com/rest/api/cosmos-db/access-control-on-cosmosdb-resources
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import urllib.parse
from collections.abc import Mapping, Sequence

from local_azure.cosmos.errors import UnauthorizedError


def decode_key(key: str) -> bytes:
    """The bytes of a base64 account key. Raises ValueError where it is none."""
    try:
        decoded = base64.b64decode(key, validate=True)
    except binascii.Error:
        raise ValueError("the Cosmos DB account key must be base64 text") from None
    if not decoded:
        raise ValueError("the Cosmos DB account key is empty")
    return decoded


def authorise(key: bytes, method: str, segments: Sequence[str], headers: Mapping[str, str]) -> None:
    """Raises UnauthorizedError unless the Authorization header is signed with the key.

    `segments` is the decoded path, and `headers` finds names in any case.
    """
    given = urllib.parse.unquote(headers.get("Authorization", "")).encode("utf-8", "surrogateescape")
    dates = f"{headers.get('x-ms-date', '').lower()}\n{headers.get('Date', '').lower()}\n"
    resource_type, links = _resource(segments)
    accepted = False
    for link in links:
        message = f"{method.lower()}\n{resource_type}\n{link}\n{dates}".encode("utf-8", "surrogateescape")
        signature = base64.b64encode(hmac.new(key, message, hashlib.sha256).digest()).decode()
        # Every candidate is compared in constant time, so the time taken says nothing about the signature.
        accepted |= hmac.compare_digest(given, f"type=master&ver=1.0&sig={signature}".encode())
    if not accepted:
        raise UnauthorizedError("The input authorization token can't serve the request.")


def _resource(segments: Sequence[str]) -> tuple[str, tuple[str, ...]]:
    """The resource type and the links that a client may sign for a path.

    The last segment alone, in lower case, is what SDKs sign when they take the path for one of resource ids; they
    do so for offers, and also for a database whose name happens to look like an id.
    """
    if len(segments) > 2 and segments[-2] == "operations":
        segments = segments[:-2]
    if len(segments) % 2:
        kind, parent = segments[-1], segments[:-1]
    else:
        kind, parent = (segments[-2] if segments else ""), segments
    return kind.lower(), ("/".join(parent), parent[-1].lower() if parent else "")
