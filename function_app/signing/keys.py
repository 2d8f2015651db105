"""Signing and verifying. Tokens are JWTs (RFC 7519) with ES256 (RFC 7518, section 3.4).

A verifier accepts that algorithm and no other, whatever the token's own header says; `kid` only chooses among our keys.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import logging
import time
from base64 import urlsafe_b64encode
from collections.abc import Callable, Mapping
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey, EllipticCurvePublicKey
from jwt.algorithms import ECAlgorithm

from function_app.errors import TokenExpiredError, TokenInvalidError
from function_app.signing.sources import KeySource

ALGORITHM = "ES256"
REFRESH_SECONDS = 300.0
"""How often the source is asked anew, beside the requests."""
_REQUIRED_CLAIMS = ("iss", "aud", "sub", "iat", "exp")
_LEEWAY_SECONDS = 5

_logger = logging.getLogger("parley.signing")


class SigningKeys:
    """The keys of a source, and the issuer in whose name they sign."""

    def __init__(self, source: KeySource, issuer: str, monotonic: Callable[[], float] = time.monotonic) -> None:
        """Loads the keys. Raises what `KeySource.load` raises."""
        self._source = source
        self._issuer = issuer
        self._monotonic = monotonic
        self._refreshing: asyncio.Task[None] | None = None
        self._take()

    @property
    def issuer(self) -> str:
        return self._issuer

    @property
    def jwks(self) -> dict[str, Any]:
        """The public keys (RFC 7517, section 5): the one that signs first."""
        self._refresh_if_due()
        return self._jwks

    def sign(self, claims: Mapping[str, Any]) -> str:
        self._refresh_if_due()
        return jwt.encode(dict(claims), self._signing, algorithm=ALGORITHM, headers={"kid": self._key_id})

    def verify(self, token: str, audience: str, *, or_expired: bool = False) -> dict[str, Any]:
        """The claims of a token of ours, or of one that was. Raises TokenExpiredError or TokenInvalidError."""
        self._refresh_if_due()
        try:
            key = self._public.get(str(jwt.get_unverified_header(token).get("kid")))
            if key is None:
                raise TokenInvalidError
            claims: dict[str, Any] = jwt.decode(
                token,
                key,
                algorithms=[ALGORITHM],
                audience=audience,
                issuer=self._issuer,
                leeway=_LEEWAY_SECONDS,
                options={"require": list(_REQUIRED_CLAIMS), "strict_aud": True, "verify_exp": not or_expired},
            )
        except jwt.ExpiredSignatureError as error:
            raise TokenExpiredError from error
        except (jwt.PyJWTError, ValueError) as error:
            raise TokenInvalidError from error
        return claims

    async def refreshed(self) -> None:
        """Waits for the refresh that is under way, if one is."""
        if self._refreshing:
            await self._refreshing

    def _refresh_if_due(self) -> None:
        is_running = self._refreshing is not None and not self._refreshing.done()
        if not is_running and self._monotonic() - self._loaded_at >= REFRESH_SECONDS:
            self._refreshing = asyncio.get_running_loop().create_task(self._refresh())

    async def _refresh(self) -> None:
        """Loads the keys beside the event loop; those that are known go on while their source is away."""
        try:
            await asyncio.to_thread(self._take)
        except Exception:
            self._loaded_at = self._monotonic()
            _logger.exception("the signing keys could not be read anew; the former ones go on")

    def _take(self) -> None:
        signing, others = self._source.load()
        public = {_key_id(key): key.public_key() for key in (signing, *others)}
        keys = [{**_members(key), "kid": name, "use": "sig", "alg": ALGORITHM} for name, key in public.items()]
        self._signing: EllipticCurvePrivateKey = signing
        self._key_id: str = _key_id(signing)
        self._public: Mapping[str, EllipticCurvePublicKey] = public
        self._jwks: dict[str, Any] = {"keys": keys}
        self._loaded_at = self._monotonic()


def _members(key: EllipticCurvePublicKey) -> dict[str, Any]:
    members: dict[str, Any] = ECAlgorithm.to_jwk(key, as_dict=True)
    return members


def _key_id(private: EllipticCurvePrivateKey) -> str:
    """The key's own name: the hash of its public members (RFC 7638)."""
    key = _members(private.public_key())
    members = {name: key[name] for name in ("crv", "kty", "x", "y")}
    canonical = json.dumps(members, separators=(",", ":"), sort_keys=True)
    return urlsafe_b64encode(hashlib.sha256(canonical.encode()).digest()).rstrip(b"=").decode()
