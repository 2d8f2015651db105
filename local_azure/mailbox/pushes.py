"""A push service, and the one browser that is subscribed to it (RFC 8030, 8291 and 8292)."""

from __future__ import annotations

import json
import os
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import UTC, datetime
from typing import Any

import jwt
from aiohttp import web
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from function_app.notifications.push_encryption import derived_key
from local_azure.mailbox.messages import Mailbox, SentMessage

PUSH_PATH = "/push/browser"
GONE_PATH = "/push/gone"
"""Where the browser has unsubscribed."""
PUSH_PATHS = (PUSH_PATH, GONE_PATH)
_LONGEST = 4096


class Pushes:
    def __init__(self, mailbox: Mailbox) -> None:
        self._mailbox = mailbox
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._secret = os.urandom(16)

    def routes(self) -> list[web.RouteDef]:
        return [web.post(PUSH_PATH, self._push), web.post(GONE_PATH, self._gone)]

    def subscription(self, origin: str, path: str = PUSH_PATH) -> dict[str, Any]:
        """What the browser would give to whoever may push to it."""
        point = self._key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        keys = {"p256dh": _base64url(point), "auth": _base64url(self._secret)}
        return {"endpoint": f"{origin}{path}", "keys": keys}

    async def _gone(self, _request: web.Request) -> web.Response:
        return web.Response(status=410)

    async def _push(self, request: web.Request) -> web.Response:
        body = await request.read()
        topic, ttl = request.headers.get("Topic", ""), request.headers.get("TTL", "")
        if not ttl.isdigit() or len(topic) > 32 or request.headers.get("Content-Encoding") != "aes128gcm":
            return web.Response(status=400)
        if len(body) > _LONGEST:
            return web.Response(status=413)
        sender = _sender(request)
        if sender is None:
            return web.Response(status=403)
        try:
            shown = json.loads(self.decrypted(body))
        except (InvalidTag, IndexError, ValueError):
            return web.Response(status=400)
        subject, text = str(shown.get("title", "")), f"{shown.get('body', '')}\n{shown.get('url', '')}"
        message = SentMessage(topic, "push", sender, "browser", subject, text, datetime.now(UTC))
        self._mailbox.replace(message)
        return web.Response(status=201, headers={"Location": f"{request.url.origin()}/push/messages/{topic}"})

    def decrypted(self, body: bytes) -> bytes:
        """What the browser makes of a message: one record of `aes128gcm` (RFC 8188), which is salt, record size, length
        of the key id, the key id, and the rest. Raises InvalidTag, IndexError and ValueError for any other."""
        salt, length = body[:16], body[20]
        point, sealed = body[21 : 21 + length], body[21 + length :]
        own = self._key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        shared = self._key.exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point))
        key, nonce = derived_key(shared, self._secret, own, point, salt)
        return AESGCM(key).decrypt(nonce, sealed, None).rstrip(b"\x00").removesuffix(b"\x02")


def _sender(request: web.Request) -> str | None:
    """Who pushes, by its VAPID token; None when that does not hold."""
    scheme, _, rest = request.headers.get("Authorization", "").partition(" ")
    given = dict(part.strip().partition("=")[::2] for part in rest.split(","))
    try:
        point = urlsafe_b64decode(given["k"] + "=" * (-len(given["k"]) % 4))
        key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
        claims = jwt.decode(given["t"], key, algorithms=["ES256"], audience=str(request.url.origin()))
    except (KeyError, ValueError, jwt.InvalidTokenError):
        return None
    return str(claims.get("sub")) if scheme == "vapid" else None


def _base64url(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()
