"""Continuation tokens: opaque to the reader, and refused when they are not ours for this very query.

A token is signed with the account key together with what it continues, so a forged or misplaced one is a 400, never
a wrong page.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from typing import Any

from local_azure.cosmos import json_text
from local_azure.cosmos.errors import BadRequestError

MAX_TOKEN_BYTES = 4096
_VERSION = "p1"


def encode(key: bytes, subject: str, place: dict[str, Any]) -> str | None:
    """The token for a place (a small JSON object), or None where it would not fit into a header."""
    payload = base64.urlsafe_b64encode(json_text.dump(place).encode()).decode()
    token = f"{_VERSION}.{payload}.{_sign(key, subject, payload)}"
    return token if len(token) <= MAX_TOKEN_BYTES else None


def decode(key: bytes, subject: str, token: str) -> dict[str, Any]:
    """The place of a token that `encode` made for the same subject. Raises BadRequestError on any other."""
    version, _, rest = token.partition(".")
    payload, _, signature = rest.partition(".")
    expected = _sign(key, subject, payload).encode()
    if version != _VERSION or not hmac.compare_digest(expected, signature.encode("utf-8", "surrogateescape")):
        raise BadRequestError("The continuation token is not valid for this query.")
    place: dict[str, Any] = json.loads(base64.urlsafe_b64decode(payload))
    return place


def _sign(key: bytes, subject: str, payload: str) -> str:
    message = f"{subject}\n{payload}".encode("utf-8", "surrogateescape")
    return hmac.new(key, message, hashlib.sha256).hexdigest()[:32]
