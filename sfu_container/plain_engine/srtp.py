"""SRTP and SRTCP of one Peer (RFC 3711, RFC 7714) on libsrtp."""

from __future__ import annotations

import struct
from collections.abc import Callable

from pylibsrtp import Error as LibsrtpError
from pylibsrtp import Policy, Session

from sfu_container.engine import SrtpProfile
from sfu_container.plain_engine.errors import BadInputError, DropReason

MAX_SOURCES = 256
"""SSRCs that one Peer may use, since libsrtp keeps state for each."""
_REPLAY_WINDOW = 1_024
_RESEND_WINDOW = 4_096

_PROFILES: dict[SrtpProfile, tuple[int, int]] = {
    "AEAD_AES_128_GCM": (Policy.SRTP_PROFILE_AEAD_AES_128_GCM, 16 + 12),
    "AEAD_AES_256_GCM": (Policy.SRTP_PROFILE_AEAD_AES_256_GCM, 32 + 12),
    "AES128_CM_HMAC_SHA1_80": (Policy.SRTP_PROFILE_AES128_CM_SHA1_80, 16 + 14),
}
"""For each profile libsrtp's number and the size of master key and salt in bytes."""


class SrtpSession:
    """Decrypts what a Peer sends and encrypts what it is sent."""

    def __init__(self, profile: SrtpProfile, rx: bytes, tx: bytes) -> None:
        """Raises `ValueError` when a key has not the size that the profile asks for."""
        number, size = _PROFILES[profile]
        if len(rx) != size or len(tx) != size:
            raise ValueError(f"{profile} takes {size} bytes of key and salt")
        self._incoming = Session(_policy(number, rx, Policy.SSRC_ANY_INBOUND, _REPLAY_WINDOW))
        self._outgoing = Session(_policy(number, tx, Policy.SSRC_ANY_OUTBOUND, _RESEND_WINDOW))
        self._sources: set[int] = set()

    def unprotect_rtp(self, data: bytes) -> bytes:
        """The plain RTP packet; raises `BadInputError` for forged, replayed and malformed ones."""
        return self._unprotect(data, 8, self._incoming.unprotect)

    def unprotect_rtcp(self, data: bytes) -> bytes:
        """The plain RTCP packet; raises `BadInputError` for forged, replayed and malformed ones."""
        return self._unprotect(data, 4, self._incoming.unprotect_rtcp)

    def _unprotect(self, data: bytes, ssrc_at: int, unprotect: Callable[[bytes], bytes]) -> bytes:
        if len(data) < ssrc_at + 4:
            raise BadInputError(DropReason.BAD_SRTP)
        (ssrc,) = struct.unpack_from("!I", data, ssrc_at)
        if ssrc not in self._sources and len(self._sources) >= MAX_SOURCES:
            raise BadInputError(DropReason.TOO_MANY_STREAMS)
        try:
            plain = unprotect(data)
        except LibsrtpError as error:
            replayed = "replay check" in str(error)
            raise BadInputError(DropReason.REPLAYED if replayed else DropReason.BAD_SRTP) from None
        except ValueError:
            raise BadInputError(DropReason.BAD_SRTP) from None
        self._sources.add(ssrc)
        return plain

    def protect_rtp(self, data: bytes) -> bytes:
        """The SRTP packet; raises `BadInputError` when it is too long or the key is used up."""
        return _protect(data, self._outgoing.protect)

    def protect_rtcp(self, data: bytes) -> bytes:
        """The SRTCP packet; raises `BadInputError` when it is too long or the key is used up."""
        return _protect(data, self._outgoing.protect_rtcp)


def _policy(number: int, key: bytes, ssrc_type: int, window: int) -> Policy:
    policy = Policy(key=key, ssrc_type=ssrc_type, srtp_profile=number)
    # A packet that is sent again without RTX is the same byte for byte, so its nonce protects nothing new.
    policy.allow_repeat_tx = True
    policy.window_size = window
    return policy


def _protect(data: bytes, protect: Callable[[bytes], bytes]) -> bytes:
    try:
        return protect(data)
    except (LibsrtpError, ValueError):
        raise BadInputError(DropReason.NOT_SENT) from None
