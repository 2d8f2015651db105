"""API keys: `parley_{the tenant's ULID}_{secret}{seal}`. Only a keyed hash of one is ever kept.

The seal is a keyed hash of what stands before it, so that a made-up key is told from a genuine one without a look into
the database.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from typing import Self

_KEY = re.compile(r"parley_([0-7][0-9A-HJKMNP-TV-Z]{25})_[A-Za-z0-9_-]{43}[A-Za-z0-9_-]{8}")
COMMON_PREFIX = "parley_"
"""How every key begins."""
_VISIBLE = len(COMMON_PREFIX) + 26 + 1 + 4
"""The tenant's ULID, and four characters of the secret: 24 of its 256 bits."""
_SECRET_BYTES = 32
_SEAL_BYTES = 6
_SEAL_LENGTH = 8
"""The bytes in base64."""


@dataclass(frozen=True)
class ApiKey:
    """A key as a caller shows it, and the tenant that it says it is of."""

    tenant: str
    text: str

    @classmethod
    def parse(cls, text: str) -> Self | None:
        """None when the text does not have the form of a key."""
        match = _KEY.fullmatch(text)
        return cls(f"ten_{match[1]}", text) if match else None

    @classmethod
    def generate(cls, tenant: str, pepper: bytes) -> Self:
        """A fresh key with 256 random bits."""
        unsealed = f"{COMMON_PREFIX}{tenant.removeprefix('ten_')}_{secrets.token_urlsafe(_SECRET_BYTES)}"
        return cls(tenant, unsealed + _seal(unsealed, pepper))

    @property
    def prefix(self) -> str:
        """What may be shown of it, to tell it from the tenant's other keys."""
        return self.text[:_VISIBLE]

    def is_genuine(self, pepper: bytes) -> bool:
        """Whether it was generated with this pepper; it may have been taken away since."""
        unsealed, seal = self.text[:-_SEAL_LENGTH], self.text[-_SEAL_LENGTH:]
        return hmac.compare_digest(seal, _seal(unsealed, pepper))

    def digest(self, pepper: bytes) -> str:
        """What is kept of it: HMAC-SHA256, in hex. The secret is random, so no slow hash is needed."""
        return hmac.new(pepper, self.text.encode(), hashlib.sha256).hexdigest()

    def __repr__(self) -> str:
        return f"ApiKey(tenant={self.tenant!r})"


def _seal(unsealed: str, pepper: bytes) -> str:
    mac = hmac.digest(pepper, b"seal of " + unsealed.encode(), "sha256")
    return urlsafe_b64encode(mac[:_SEAL_BYTES]).decode()
