"""The access key's signature of a request (learn.microsoft.com/rest/api/communication/authentication)."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from urllib.parse import unquote

from aiohttp import web

from local_azure.acs.errors import RefusedError

_SIGNED_HEADERS = "x-ms-date;host;x-ms-content-sha256"
_FRESH = timedelta(minutes=5)


class AccessKey:
    """Checks what requests are signed with. Raises ValueError for a key that is not in base64."""

    def __init__(self, key: str, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._secret = base64.b64decode(key, validate=True)
        self._now = now

    def check(self, request: web.Request, body: bytes) -> None:
        """Raises RefusedError unless the request is signed with the key, now, and as it is."""
        content = base64.b64encode(hashlib.sha256(body).digest()).decode()
        date = request.headers.get("x-ms-date", "")
        if request.headers.get("x-ms-content-sha256") != content or not self._is_fresh(date):
            raise RefusedError(401, "Denied", "The signed headers do not fit the request.")
        # The clients sign the path decoded, or as it is sent; the service takes both.
        expected = [
            self._authorization(request, path, date, content) for path in (request.raw_path, unquote(request.raw_path))
        ]
        given = request.headers.get("Authorization", "").encode()
        if not any(hmac.compare_digest(given, one.encode()) for one in expected):
            raise RefusedError(401, "Denied", "The signature is wrong.")

    def _authorization(self, request: web.Request, path: str, date: str, content: str) -> str:
        text = f"{request.method}\n{path}\n{date};{request.host};{content}"
        signature = base64.b64encode(hmac.new(self._secret, text.encode(), hashlib.sha256).digest()).decode()
        return f"HMAC-SHA256 SignedHeaders={_SIGNED_HEADERS}&Signature={signature}"

    def _is_fresh(self, date: str) -> bool:
        try:
            return abs(self._now() - parsedate_to_datetime(date)) <= _FRESH
        except (TypeError, ValueError):
            return False
