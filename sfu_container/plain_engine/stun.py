"""STUN binding checks as an ICE-lite agent sees them (RFC 8489, RFC 8445)."""

from __future__ import annotations

import hmac
import struct
import zlib
from dataclasses import dataclass
from ipaddress import ip_address

from sfu_container.plain_engine.errors import BadInputError, DropReason

MAGIC_COOKIE = 0x2112A442
BINDING_REQUEST = 0x0001
BINDING_INDICATION = 0x0011
BINDING_SUCCESS = 0x0101
BINDING_ERROR = 0x0111

USERNAME = 0x0006
MESSAGE_INTEGRITY = 0x0008
ERROR_CODE = 0x0009
UNKNOWN_ATTRIBUTES = 0x000A
XOR_MAPPED_ADDRESS = 0x0020
PRIORITY = 0x0024
USE_CANDIDATE = 0x0025
FINGERPRINT = 0x8028

_UNDERSTOOD = frozenset({USERNAME, MESSAGE_INTEGRITY, XOR_MAPPED_ADDRESS, PRIORITY, USE_CANDIDATE})
_FIRST_OPTIONAL = 0x8000
_HEADER = struct.Struct("!HHI12s")
_ATTRIBUTE = struct.Struct("!HH")
_FINGERPRINT_XOR = 0x5354554E
_INTEGRITY_SIZE = 20
_MAX_SIZE = 1_024


@dataclass(frozen=True, slots=True)
class BindingRequest:
    """A check that is well formed; whether its sender knows the password is for `is_signed_with` to say."""

    transaction_id: bytes
    local_ufrag: str
    """The first half of USERNAME: the ufrag of the one who is asked."""
    use_candidate: bool
    unknown_attributes: tuple[int, ...]
    """Attributes that have to be understood, and are not (RFC 8489, 6.3.1)."""
    signed_part: bytes
    integrity: bytes

    def is_signed_with(self, pwd: str) -> bool:
        """Whether MESSAGE-INTEGRITY was made with this password."""
        return hmac.compare_digest(self.integrity, _integrity(self.signed_part, pwd))


def parse_binding_request(data: bytes) -> BindingRequest | None:
    """Read a check; None for a binding indication, which asks for nothing. Raises `BadInputError` for all else."""
    if not 20 <= len(data) <= _MAX_SIZE:
        raise BadInputError(DropReason.BAD_STUN)
    kind, length, cookie, transaction_id = _HEADER.unpack_from(data)
    if length != len(data) - 20 or length % 4 or cookie != MAGIC_COOKIE:
        raise BadInputError(DropReason.BAD_STUN)
    if kind == BINDING_INDICATION:
        return None
    if kind != BINDING_REQUEST:
        raise BadInputError(DropReason.BAD_STUN)
    attributes, integrity_at = _read_attributes(data)
    username = attributes.get(USERNAME, b"").decode("utf-8", "replace")
    integrity = attributes.get(MESSAGE_INTEGRITY, b"")
    if ":" not in username or len(integrity) != _INTEGRITY_SIZE:
        raise BadInputError(DropReason.BAD_STUN)
    unknown = tuple(kind for kind in attributes if kind < _FIRST_OPTIONAL and kind not in _UNDERSTOOD)
    return BindingRequest(
        transaction_id, username.split(":")[0], USE_CANDIDATE in attributes, unknown, data[:integrity_at], integrity
    )


def _read_attributes(data: bytes) -> tuple[dict[int, bytes], int]:
    """Attributes up to MESSAGE-INTEGRITY and where that begins. FINGERPRINT, when there, has to be right."""
    attributes: dict[int, bytes] = {}
    integrity_at = 0
    position = 20
    while position < len(data):
        kind, size = _ATTRIBUTE.unpack_from(data, position)
        value = data[position + 4 : position + 4 + size]
        if len(value) != size:
            raise BadInputError(DropReason.BAD_STUN)
        if kind == FINGERPRINT:
            if value != struct.pack("!I", _fingerprint(data[:position])):
                raise BadInputError(DropReason.BAD_STUN)
        elif not integrity_at:
            # What follows MESSAGE-INTEGRITY is not signed and does not count (RFC 8489, 14.5).
            attributes.setdefault(kind, value)
            if kind == MESSAGE_INTEGRITY:
                integrity_at = position
        position += 4 + size + -size % 4
    return attributes, integrity_at


def build_success(transaction_id: bytes, remote: tuple[str, int], pwd: str) -> bytes:
    """The answer to a valid check, which tells its sender the address that it was seen from."""
    host = ip_address(remote[0])
    pad = struct.pack("!I", MAGIC_COOKIE) + transaction_id
    address = bytes(byte ^ mask for byte, mask in zip(host.packed, pad, strict=False))
    family = 1 if host.version == 4 else 2
    value = struct.pack("!BBH", 0, family, remote[1] ^ MAGIC_COOKIE >> 16) + address
    return _sign(BINDING_SUCCESS, transaction_id, attribute(XOR_MAPPED_ADDRESS, value), pwd)


def build_unknown_attributes_error(transaction_id: bytes, unknown: tuple[int, ...], pwd: str) -> bytes:
    """The answer 420 to a valid check with attributes that are not understood."""
    code = attribute(ERROR_CODE, bytes((0, 0, 4, 20)) + b"Unknown Attribute")
    names = attribute(UNKNOWN_ATTRIBUTES, struct.pack(f"!{len(unknown)}H", *unknown))
    return _sign(BINDING_ERROR, transaction_id, code + names, pwd)


def attribute(kind: int, value: bytes) -> bytes:
    """One attribute, padded to whole words."""
    return _ATTRIBUTE.pack(kind, len(value)) + value + bytes(-len(value) % 4)


def _sign(kind: int, transaction_id: bytes, attributes: bytes, pwd: str) -> bytes:
    message = _HEADER.pack(kind, len(attributes), MAGIC_COOKIE, transaction_id) + attributes
    message += attribute(MESSAGE_INTEGRITY, _integrity(message, pwd))
    return _with_length(message + attribute(FINGERPRINT, struct.pack("!I", _fingerprint(message))), 0)


def _integrity(signed_part: bytes, pwd: str) -> bytes:
    return hmac.digest(pwd.encode(), _with_length(signed_part, 4 + _INTEGRITY_SIZE), "sha1")


def _fingerprint(covered_part: bytes) -> int:
    return zlib.crc32(_with_length(covered_part, 8)) ^ _FINGERPRINT_XOR


def _with_length(message: bytes, extra: int) -> bytes:
    """The message with the length field that it has once `extra` bytes of attributes are added."""
    return message[:2] + struct.pack("!H", len(message) - 20 + extra) + message[4:]
