"""The encryption of a push message for one browser: RFC 8291, as one record of `aes128gcm` (RFC 8188).

Each message has a key pair and a salt of its own. A test holds this against the example of RFC 8291, section 5.
"""

from __future__ import annotations

import os
import struct

from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDH,
    SECP256R1,
    EllipticCurvePrivateKey,
    EllipticCurvePublicKey,
    generate_private_key,
)
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

_RECORD_SIZE = 4096
_SALT_BYTES = 16
_LAST_RECORD = b"\x02"
"""What follows the text in the last record (RFC 8188, section 2)."""


def encrypted(
    payload: bytes, point: bytes, secret: bytes, key: EllipticCurvePrivateKey | None = None, salt: bytes | None = None
) -> bytes:
    """The body to send, of at most 3993 bytes of payload.

    `point` is the browser's public key, uncompressed, and `secret` the one that it shares with us. Raises ValueError
    when the point is not on the curve.
    """
    key, salt = key or generate_private_key(SECP256R1()), salt or os.urandom(_SALT_BYTES)
    own = key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    shared = key.exchange(ECDH(), EllipticCurvePublicKey.from_encoded_point(SECP256R1(), point))
    record_key, nonce = derived_key(shared, secret, point, own, salt)
    header = salt + struct.pack("!LB", _RECORD_SIZE, len(own)) + own
    return header + AESGCM(record_key).encrypt(nonce, payload + _LAST_RECORD, None)


def derived_key(shared: bytes, secret: bytes, receiver: bytes, sender: bytes, salt: bytes) -> tuple[bytes, bytes]:
    """The record's key and nonce, for either side (RFC 8291, section 3.4); `receiver` and `sender` are public keys."""
    material = _derived(shared, secret, b"WebPush: info\x00" + receiver + sender, 32)
    key = _derived(material, salt, b"Content-Encoding: aes128gcm\x00", 16)
    return key, _derived(material, salt, b"Content-Encoding: nonce\x00", 12)


def _derived(material: bytes, salt: bytes, info: bytes, length: int) -> bytes:
    return HKDF(SHA256(), length, salt, info).derive(material)
