"""The control plane's signing key: tokens out, public keys (JWKS) for those who verify them.

Tokens are JWTs (RFC 7519) signed with ES256 (RFC 7518, section 3.4). A verifier accepts that algorithm and no other,
whatever the token's own header says.
"""

from __future__ import annotations

import hashlib
import json
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from jwt.algorithms import ECAlgorithm

from function_app.errors import TokenExpiredError, TokenInvalidError

ALGORITHM = "ES256"
_REQUIRED_CLAIMS = ("iss", "aud", "sub", "iat", "exp")
_LEEWAY_SECONDS = 5


class SigningKey:
    """One P-256 key, and the issuer in whose name it signs."""

    def __init__(self, key: EllipticCurvePrivateKey, issuer: str) -> None:
        if not isinstance(key, EllipticCurvePrivateKey) or not isinstance(key.curve, SECP256R1):
            raise ValueError("the signing key must be an EC key on the curve P-256")
        self._key = key
        self._issuer = issuer
        public: dict[str, Any] = ECAlgorithm.to_jwk(key.public_key(), as_dict=True)
        self._key_id = _thumbprint(public)
        self._jwks = {"keys": [{**public, "kid": self._key_id, "use": "sig", "alg": ALGORITHM}]}

    @classmethod
    def from_file(cls, path: Path, issuer: str) -> SigningKey:
        """The key in a PEM file. Raises OSError or ValueError when there is none."""
        key = load_pem_private_key(path.read_bytes(), password=None)
        if not isinstance(key, EllipticCurvePrivateKey):
            raise ValueError(f"{path} holds no EC key")
        return cls(key, issuer)

    @property
    def issuer(self) -> str:
        return self._issuer

    @property
    def jwks(self) -> dict[str, Any]:
        """The public keys (RFC 7517, section 5)."""
        return self._jwks

    def sign(self, claims: Mapping[str, Any]) -> str:
        return jwt.encode(dict(claims), self._key, algorithm=ALGORITHM, headers={"kid": self._key_id})

    def verify(self, token: str, audience: str) -> dict[str, Any]:
        """The claims of a token of ours. Raises TokenExpiredError or TokenInvalidError."""
        try:
            claims: dict[str, Any] = jwt.decode(
                token,
                self._key.public_key(),
                algorithms=[ALGORITHM],
                audience=audience,
                issuer=self._issuer,
                leeway=_LEEWAY_SECONDS,
                options={"require": list(_REQUIRED_CLAIMS), "strict_aud": True},
            )
        except jwt.ExpiredSignatureError as error:
            raise TokenExpiredError from error
        except (jwt.PyJWTError, ValueError) as error:
            raise TokenInvalidError from error
        return claims


def _thumbprint(key: Mapping[str, Any]) -> str:
    """The key's own name: the hash of its public members (RFC 7638)."""
    members = {name: key[name] for name in ("crv", "kty", "x", "y")}
    canonical = json.dumps(members, separators=(",", ":"), sort_keys=True)
    return urlsafe_b64encode(hashlib.sha256(canonical.encode()).digest()).rstrip(b"=").decode()
