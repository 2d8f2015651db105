"""Web Push: messages to browsers through the push services of those who make them.

The message is encrypted for the browser (RFC 8291), we show who we are (VAPID, RFC 8292), and the service keeps it for
as long as it is worth showing (RFC 8030). A repeat has the same topic and tag: it takes the place of the first at the
service, or on the screen.
"""

from __future__ import annotations

import json
from base64 import urlsafe_b64encode
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key

from function_app.notifications.port import Attempt, Message, Outcome, Result
from function_app.notifications.push_encryption import encrypted
from function_app.timestamps import Clock
from function_app.webhooks.outcomes import Failure, Sender

_TOKEN_LASTS = timedelta(hours=12)
"""RFC 8292 allows 24."""
_SHORTEST_LIFE = timedelta(minutes=1)
_MOST_CHARACTERS = 500
"""A push service takes 4096 bytes (RFC 8030, section 7.2); this many characters fit in any script."""
_MISCONFIGURED = frozenset({401, 403})
_TRANSIENT = frozenset({408, 425, 429})


class VapidKey:
    """The key that tells push services who we are: P-256."""

    def __init__(self, pem: bytes) -> None:
        key = load_pem_private_key(pem, None)
        if not isinstance(key, EllipticCurvePrivateKey) or not isinstance(key.curve, SECP256R1):
            raise ValueError("the key of web push must be a P-256 private key in PEM")
        self.private = key
        self.public = _base64url(key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint))
        """As browsers take it for `applicationServerKey`."""

    @classmethod
    def read(cls, path: Path) -> VapidKey:
        return cls(path.read_bytes())


class WebPushChannel:
    """`contact` is where push services find us when something is wrong: `mailto:` or `https:`.

    `sender` decides which addresses may be called; `close_sender` ends it.
    """

    def __init__(
        self, key: VapidKey, contact: str, sender: Sender, close_sender: Callable[[], Awaitable[None]], clock: Clock
    ) -> None:
        self._key = key
        self._contact = contact
        self._sender = sender
        self._close_sender = close_sender
        self._clock = clock

    async def send(self, message: Message, attempt: Attempt) -> Outcome:
        subscription = message.to.push
        if subscription is None:
            return Outcome(Result.REFUSED, "NoSubscription")
        if attempt.is_late:
            return Outcome(Result.UNCERTAIN, "late")
        topic = _base64url(attempt.id.bytes)
        try:
            token = self._token(subscription.endpoint)
        except ValueError:
            return Outcome(Result.REFUSED, "InvalidEndpoint")
        headers = {
            "Authorization": f"vapid t={token}, k={self._key.public}",
            "Content-Encoding": "aes128gcm",
            "Content-Type": "application/octet-stream",
            "TTL": str(int(max(message.lasts, _SHORTEST_LIFE).total_seconds())),
            "Topic": topic,
            "Urgency": "high",
        }
        try:
            body = encrypted(_payload(message, topic), subscription.keys.point, subscription.keys.secret)
        except ValueError:
            return Outcome(Result.REFUSED, "InvalidKey")
        told = await self._sender.send(subscription.endpoint, headers, body)
        return Outcome(*_judge(told.failure, told.status), told.retry_after)

    async def close(self) -> None:
        await self._close_sender()

    def _token(self, endpoint: str) -> str:
        parts = urlsplit(endpoint)
        expires = self._clock() + _TOKEN_LASTS
        claims = {"aud": f"{parts.scheme}://{parts.netloc}", "exp": int(expires.timestamp()), "sub": self._contact}
        return jwt.encode(claims, self._key.private, "ES256")


def _payload(message: Message, tag: str) -> bytes:
    shown: dict[str, Any] = {
        "title": message.subject[:_MOST_CHARACTERS],
        "body": message.short[:_MOST_CHARACTERS],
        "url": message.link,
        "lang": message.language,
        "tag": tag,
    }
    return json.dumps(shown, ensure_ascii=False, separators=(",", ":")).encode()


def _judge(failure: Failure | None, status: int | None) -> tuple[Result, str | None]:
    match failure:
        case None:
            return Result.SENT, None
        case Failure.GONE | Failure.ADDRESS_NOT_ALLOWED:
            return Result.REFUSED, failure
        case Failure.TIMED_OUT | Failure.INVALID_ANSWER:
            return Result.UNKNOWN, failure
    if status and status >= 500:
        return Result.UNKNOWN, f"Http{status}"  # The next has the same topic, and takes its place.
    if status is None or status in _MISCONFIGURED | _TRANSIENT or status < 400:
        return Result.FAILED, f"Http{status}" if status else failure
    return Result.REFUSED, f"Http{status}"


def _base64url(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()
