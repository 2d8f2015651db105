"""The tokens of the stand-in, with the claims of version 2 tokens of Entra ID.

Source: learn.microsoft.com, "Access token claims reference" and "ID token claims reference".
"""

from __future__ import annotations

import secrets
import time
import uuid
from collections.abc import Callable, Mapping
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from jwt.algorithms import RSAAlgorithm

LIFETIME_SECONDS = 3600
_ALGORITHM = "RS256"


class SigningKey:
    def __init__(self) -> None:
        self.id = secrets.token_hex(8)
        self.private: RSAPrivateKey = generate_private_key(65537, 2048)

    def public_members(self, issuer: str) -> dict[str, Any]:
        """The key as the issuer publishes it (RFC 7517)."""
        members: dict[str, Any] = RSAAlgorithm.to_jwk(self.private.public_key(), as_dict=True)
        return {**members, "kid": self.id, "use": "sig", "issuer": issuer}


class Tokens:
    """Signs with the newest key; the one before it stays published. `now` is in seconds since the epoch."""

    def __init__(self, now: Callable[[], float] = time.time) -> None:
        self._now = now
        self._keys = [SigningKey()]

    def rotate(self) -> None:
        """A new key takes over."""
        self._keys = [SigningKey(), self._keys[0]]

    def key_set(self, issuer: str) -> dict[str, Any]:
        return {"keys": [key.public_members(issuer) for key in self._keys]}

    def application(self, issuer: str, directory: str, audience: str, client: str, roles: list[str]) -> str:
        """An access token of a program."""
        principal = str(uuid.uuid5(uuid.UUID(directory), client))
        about = {"azp": client, "azpacr": "1", "oid": principal, "sub": principal, "idtyp": "app", "roles": roles}
        return self.sign(issuer, directory, audience, about)

    def person(self, issuer: str, directory: str, audience: str, name: str, more: Mapping[str, Any]) -> str:
        """An ID token, or an access token, of whoever signed in by that name."""
        user = str(uuid.uuid5(uuid.UUID(directory), name.casefold()))
        about = {"oid": user, "sub": user, "name": name, "preferred_username": name}
        return self.sign(issuer, directory, audience, {**about, **more})

    def sign(self, issuer: str, directory: str, audience: str, about: Mapping[str, Any]) -> str:
        now = int(self._now())
        times = {"iat": now, "nbf": now, "exp": now + LIFETIME_SECONDS}
        claims = {"iss": issuer, "aud": audience, "tid": directory, "ver": "2.0", **times, **about}
        key = self._keys[0]
        return jwt.encode(claims, key.private, _ALGORITHM, headers={"kid": key.id})
