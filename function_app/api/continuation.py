"""Opaque continuation tokens: what the store needs to go on, sealed so that nobody can make one up or use another's."""

from __future__ import annotations

import hashlib
import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode

from function_app.errors import InvalidRequestError

PARAMETER = "continuationToken"
MAXIMUM_LENGTH = 8192
ALPHABET = "^[A-Za-z0-9_-]*$"
"""What a token consists of."""
_SEAL_BYTES = 16

Listing = tuple[str, ...]
"""Which list a token goes on with: the tenant, and what names the list among the tenant's. None may hold a NUL."""


class Continuations:
    def __init__(self, secret: bytes) -> None:
        self._key = hmac.new(secret, b"continuation tokens", hashlib.sha256).digest()

    def seal(self, listing: Listing, continuation: str) -> str:
        content = continuation.encode()
        return urlsafe_b64encode(self._seal(listing, content) + content).rstrip(b"=").decode()

    def open(self, listing: Listing, token: str) -> str:
        """Raises InvalidRequestError when it is not one that was given for this list."""
        try:
            raw = urlsafe_b64decode(token.encode() + b"=" * (-len(token) % 4))
            seal, content = raw[:_SEAL_BYTES], raw[_SEAL_BYTES:]
            if hmac.compare_digest(seal, self._seal(listing, content)):
                return content.decode()
        except ValueError:
            pass
        raise InvalidRequestError.parameter(PARAMETER, "The token is not one of ours.")

    def _seal(self, listing: Listing, content: bytes) -> bytes:
        text = "\0".join(listing).encode() + b"\0" + content
        return hmac.new(self._key, text, hashlib.sha256).digest()[:_SEAL_BYTES]
