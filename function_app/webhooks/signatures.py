"""Signing secrets and signatures, as Standard Webhooks has them (standardwebhooks.com, specification 1.0.0).

A secret is derived from the platform's own and the secret's name, so that nothing in the database lets anybody sign.
"""

from __future__ import annotations

import hashlib
import hmac
from base64 import b64decode, b64encode
from collections.abc import Sequence
from datetime import datetime

from function_app.webhooks.documents import SecretName, Webhook

_PREFIX = "whsec_"


class SigningSecrets:
    def __init__(self, secret: bytes) -> None:
        self._key = hmac.digest(secret, b"webhook signing secrets", "sha256")

    def of(self, tenant: str, webhook: Webhook, name: SecretName) -> str:
        """`whsec_` and 32 bytes in base64."""
        text = "\0".join((tenant, webhook.key, name.id)).encode()
        return _PREFIX + b64encode(hmac.digest(self._key, text, "sha256")).decode()

    def live(self, tenant: str, webhook: Webhook, now: datetime) -> list[str]:
        """Those that sign now, newest first."""
        return [self.of(tenant, webhook, name) for name in webhook.live_secrets(now)]


def signed_headers(message: str, now: datetime, body: bytes, secrets: Sequence[str]) -> dict[str, str]:
    """The headers that say which message this is and when it was sent, and prove it with each of the secrets."""
    timestamp = str(int(now.timestamp()))
    return {
        "webhook-id": message,
        "webhook-timestamp": timestamp,
        "webhook-signature": " ".join(_signature(secret, message, timestamp, body) for secret in secrets),
    }


def _signature(secret: str, message: str, timestamp: str, body: bytes) -> str:
    key = b64decode(secret.removeprefix(_PREFIX))
    mac = hmac.new(key, f"{message}.{timestamp}.".encode() + body, hashlib.sha256)
    return f"v1,{b64encode(mac.digest()).decode()}"
