"""Checks that what a webhook was sent comes from Parley, as Standard Webhooks 1.0.0 says (standardwebhooks.com)."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, JsonValue, TypeAdapter, ValidationError

from parley.errors import WebhookVerificationError
from parley.models import Event

TOLERANCE_SECONDS = 300
"""How old, and how far ahead of this machine's clock, a message may be."""

_PREFIX = "whsec_"


class OtherEvent(BaseModel):
    """An event of a type that this version of the SDK does not know, such as `webhook.test`."""

    model_config = ConfigDict(frozen=True, extra="allow")

    id: str
    type: str
    data: JsonValue = None


_EVENTS: TypeAdapter[Event] = TypeAdapter(Annotated[Event, Field(discriminator="type")])


def verify_webhook(
    body: bytes,
    headers: Mapping[str, str],
    secret: str | Sequence[str],
    *,
    now: Callable[[], float] = time.time,
) -> Event | OtherEvent:
    """The event in a message, if it is genuine: by one of the secrets, and not older than five minutes.

    `body` is the raw body, before any parsing. The same event may come again: drop it by its `id`.
    Raises WebhookVerificationError.
    """
    given = {name.lower(): value for name, value in headers.items()}
    try:
        message, timestamp, signatures = (given[f"webhook-{name}"] for name in ("id", "timestamp", "signature"))
    except KeyError as error:
        raise WebhookVerificationError(f"the header {error} is missing") from None
    _check_time(timestamp, now())
    secrets = [secret] if isinstance(secret, str) else secret
    expected = [_signature(one, message, timestamp, body).encode() for one in secrets]
    # Every pair is compared, so that the time does not tell which of them matched.
    matches = [hmac.compare_digest(ours, one.encode()) for ours in expected for one in signatures.split(" ")]
    if not any(matches):
        raise WebhookVerificationError("no signature is by one of the secrets")
    return _event(body)


def _check_time(timestamp: str, now: float) -> None:
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= len("9999999999")):
        raise WebhookVerificationError("the timestamp is not a number of seconds")
    if abs(now - int(timestamp)) > TOLERANCE_SECONDS:
        raise WebhookVerificationError("the message is too old, or one of the clocks is wrong")


def _signature(secret: str, message: str, timestamp: str, body: bytes) -> str:
    try:
        key = base64.b64decode(secret.removeprefix(_PREFIX), validate=True)
    except binascii.Error:
        raise WebhookVerificationError("the secret is not one of a webhook") from None
    mac = hmac.new(key, f"{message}.{timestamp}.".encode() + body, hashlib.sha256)
    return f"v1,{base64.b64encode(mac.digest()).decode()}"


def _event(body: bytes) -> Event | OtherEvent:
    try:
        return _EVENTS.validate_json(body, extra="ignore")
    except ValidationError:
        pass
    try:
        return OtherEvent.model_validate_json(body)
    except ValidationError as error:
        raise WebhookVerificationError("the message holds no event") from error
