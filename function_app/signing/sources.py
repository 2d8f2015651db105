"""Where the private keys are kept: the port, and the adapter for a file."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple, Protocol

from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

_PEM = re.compile(rb"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?-----END [A-Z ]*PRIVATE KEY-----", re.DOTALL)


class PrivateKeys(NamedTuple):
    """P-256 keys that are valid together: two of them while one takes over from the other."""

    signing: EllipticCurvePrivateKey
    others: tuple[EllipticCurvePrivateKey, ...] = ()
    """Tokens that they signed are good; they sign no more, or not yet."""


class KeySource(Protocol):
    def load(self) -> PrivateKeys:
        """The keys as they are now; it may block. Raises OSError, or ValueError when a key is none of P-256."""


class PemFile:
    """A PEM file of one key or more: the first signs, and those after it stay valid as long as they are in it."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def load(self) -> PrivateKeys:
        keys = [read_key(pem) for pem in _PEM.findall(self._path.read_bytes())]
        if not keys:
            raise ValueError(f"{self._path} holds no private key")
        return PrivateKeys(keys[0], tuple(keys[1:]))


def read_key(pem: bytes) -> EllipticCurvePrivateKey:
    """Raises ValueError when it is no P-256 key."""
    key = load_pem_private_key(pem, password=None)
    if not isinstance(key, EllipticCurvePrivateKey) or not isinstance(key.curve, SECP256R1):
        raise ValueError("a signing key must be an EC key on the curve P-256")
    return key
