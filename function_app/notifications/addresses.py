"""Where people can be reached: e-mail addresses, phone numbers and push subscriptions, as tenants give them."""

from __future__ import annotations

from base64 import urlsafe_b64decode
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

_POINT_BYTES = 65
_UNCOMPRESSED = 4
_SECRET_BYTES = 16

# What mail services take (a subset of RFC 5321, section 4.1.2): no quotes, comments, domain literals or line breaks.
EmailAddress = Annotated[
    str,
    StringConstraints(
        max_length=254,
        pattern=r"^[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
        r"@([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?$",
    ),
]
PhoneNumber = Annotated[str, StringConstraints(pattern=r"^\+[1-9][0-9]{6,14}$")]
"""E.164, with the plus."""


def _decoded(text: str, length: int) -> bytes:
    raw = urlsafe_b64decode(text + "=" * (-len(text) % 4))
    if len(raw) != length:
        raise ValueError(f"must be {length} bytes in base64url")
    return raw


def _check_point(text: str) -> str:
    if _decoded(text, _POINT_BYTES)[0] != _UNCOMPRESSED:
        raise ValueError("must be an uncompressed point")
    return text


def _check_secret(text: str) -> str:
    _decoded(text, _SECRET_BYTES)
    return text


_Base64Url = StringConstraints(pattern=r"^[A-Za-z0-9_-]+$", max_length=200)


class PushKeys(BaseModel):
    """The keys of a subscription (RFC 8291), in base64url without padding."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    p256dh: Annotated[str, _Base64Url, AfterValidator(_check_point)]
    """The browser's public key: an uncompressed P-256 point."""
    auth: Annotated[str, _Base64Url, AfterValidator(_check_secret)]
    """The secret that browser and sender share: 16 bytes."""

    @property
    def point(self) -> bytes:
        return _decoded(self.p256dh, _POINT_BYTES)

    @property
    def secret(self) -> bytes:
        return _decoded(self.auth, _SECRET_BYTES)


class PushSubscription(BaseModel):
    """What `PushSubscription.toJSON()` gives in a browser (W3C Push API)."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    endpoint: Annotated[str, StringConstraints(min_length=1, max_length=2048)]
    keys: PushKeys = Field()
