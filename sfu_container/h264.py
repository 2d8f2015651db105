"""Profiles of H264 as SDP names them (RFC 6184, 8.1), and who can decode what."""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum
from typing import Final


class H264Profile(StrEnum):
    """The profiles in use between WebRTC peers, the one that most can decode first."""

    CONSTRAINED_BASELINE = "constrainedBaseline"
    BASELINE = "baseline"
    MAIN = "main"
    CONSTRAINED_HIGH = "constrainedHigh"
    HIGH = "high"


# profile_idc, then which bits of profile-iop count, and what they have to be (RFC 6184, table 5).
_PATTERNS: Final = (
    (0x42, 0x4F, 0x40, H264Profile.CONSTRAINED_BASELINE),
    (0x4D, 0x8F, 0x80, H264Profile.CONSTRAINED_BASELINE),
    (0x58, 0xCF, 0xC0, H264Profile.CONSTRAINED_BASELINE),
    (0x42, 0x4F, 0x00, H264Profile.BASELINE),
    (0x58, 0xCF, 0x80, H264Profile.BASELINE),
    (0x4D, 0xAF, 0x00, H264Profile.MAIN),
    (0x64, 0xFF, 0x00, H264Profile.HIGH),
    (0x64, 0xFF, 0x0C, H264Profile.CONSTRAINED_HIGH),
)
_DECODES: Final[Mapping[H264Profile, tuple[H264Profile, ...]]] = {
    H264Profile.CONSTRAINED_BASELINE: (H264Profile.CONSTRAINED_BASELINE,),
    H264Profile.BASELINE: (H264Profile.BASELINE, H264Profile.CONSTRAINED_BASELINE),
    H264Profile.MAIN: (H264Profile.MAIN, H264Profile.CONSTRAINED_BASELINE),
    H264Profile.CONSTRAINED_HIGH: (H264Profile.CONSTRAINED_HIGH, H264Profile.CONSTRAINED_BASELINE),
    H264Profile.HIGH: (
        H264Profile.HIGH,
        H264Profile.CONSTRAINED_HIGH,
        H264Profile.MAIN,
        H264Profile.CONSTRAINED_BASELINE,
    ),
}
DEFAULT_PROFILE_LEVEL_ID: Final = "42000a"
"""What an offer without one means: the Baseline profile at level 1 (RFC 6184, 8.1)."""
_PROFILE_LEVEL_ID: Final = re.compile(r"[0-9A-Fa-f]{6}", re.ASCII)
_RANKS: Final = {profile: rank for rank, profile in enumerate(H264Profile)}


def profile_of(profile_level_id: str) -> H264Profile | None:
    """The profile in the first four digits; `None` for one that is not in use, and for what is no profile-level-id."""
    if not _PROFILE_LEVEL_ID.fullmatch(profile_level_id):
        return None
    indication, constraints = int(profile_level_id[:2], 16), int(profile_level_id[2:4], 16)
    for known_indication, mask, bits, profile in _PATTERNS:
        if indication == known_indication and constraints & mask == bits:
            return profile
    return None


def sent_name(profile: H264Profile, packetization_mode: int) -> str:
    """The Engine's name for what is sent in a profile and packetization mode (RFC 6184, 6.2)."""
    return f"{profile}/{packetization_mode}"


def decoded_names(profile: H264Profile, packetization_mode: int) -> tuple[str, ...]:
    """The names of all that a receiver of this profile and mode decodes, the closest first.

    Mode 1 takes the packets of mode 0 as well.
    """
    modes = range(packetization_mode, -1, -1)
    return tuple(sent_name(decoded, mode) for decoded in _DECODES[profile] for mode in modes)


def spread(profile: H264Profile, packetization_mode: int) -> tuple[int, int]:
    """A rank: the lower, the more receivers decode it."""
    return _RANKS[profile], -packetization_mode
