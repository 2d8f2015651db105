"""Authorization codes (RFC 6749, section 4.1) that are bound to a verifier (PKCE, RFC 7636)."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from base64 import urlsafe_b64encode
from collections import OrderedDict
from dataclasses import dataclass

_MOST_CODES = 1000


@dataclass(frozen=True)
class SignIn:
    """What somebody agreed to on the sign-in page."""

    directory: str
    client: str
    redirect_uri: str
    scope: str
    nonce: str | None
    challenge: str
    name: str

    def is_proven_by(self, verifier: str) -> bool:
        digest = hashlib.sha256(verifier.encode()).digest()
        return hmac.compare_digest(urlsafe_b64encode(digest).rstrip(b"=").decode(), self.challenge)


class Codes:
    """Each is good for one exchange; the oldest go where there are too many."""

    def __init__(self) -> None:
        self._signed_in: OrderedDict[str, SignIn] = OrderedDict()

    def issue(self, sign_in: SignIn) -> str:
        code = secrets.token_urlsafe(32)
        self._signed_in[code] = sign_in
        if len(self._signed_in) > _MOST_CODES:
            self._signed_in.popitem(last=False)
        return code

    def redeem(self, code: str) -> SignIn | None:
        return self._signed_in.pop(code, None)
