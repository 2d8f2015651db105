"""API keys: `parley_{the tenant's ULID}_{secret}`. Only a keyed hash of one is ever kept."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass
from typing import Self

_KEY = re.compile(r"parley_([0-7][0-9A-HJKMNP-TV-Z]{25})_[A-Za-z0-9_-]{43,128}")
_SECRET_BYTES = 32


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
    def generate(cls, tenant: str) -> Self:
        """A fresh key with 256 random bits."""
        return cls(tenant, f"parley_{tenant.removeprefix('ten_')}_{secrets.token_urlsafe(_SECRET_BYTES)}")

    def digest(self, pepper: bytes) -> str:
        """What is kept of it: HMAC-SHA256, in hex. The secret is random, so no slow hash is needed."""
        return hmac.new(pepper, self.text.encode(), hashlib.sha256).hexdigest()

    def __repr__(self) -> str:
        return f"ApiKey(tenant={self.tenant!r})"
