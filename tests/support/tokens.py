"""Tokens that the control plane did not make."""

from __future__ import annotations

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tests.support.platform import Platform


def forged(token: str) -> str:
    """The same claims, signed with a key of one's own."""
    return _signed(token, ec.generate_private_key(ec.SECP256R1()), {})


def resigned(platform: Platform, token: str, **changes: object) -> str:
    """Other claims, signed with the platform's own key, so that nothing but the claims is wrong."""
    key = serialization.load_pem_private_key((platform.home / "signing-key.pem").read_bytes(), None)
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    return _signed(token, key, changes)


def _signed(token: str, key: ec.EllipticCurvePrivateKey, changes: dict[str, object]) -> str:
    claims = {**jwt.decode(token, options={"verify_signature": False}), **changes}
    return jwt.encode(claims, key, "ES256", {"kid": jwt.get_unverified_header(token)["kid"]})
