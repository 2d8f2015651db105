"""The names of the providers, by which tenants and meetings choose them."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum


class MediaProviderName(StrEnum):
    """Who carries the media of a session."""

    SFU = "sfu"
    ACS = "acs"
    LIVEKIT = "livekit"


ELSEWHERE = frozenset({MediaProviderName.ACS, MediaProviderName.LIVEKIT})
"""Those that have no nodes of ours: their participants' `node` is the provider's name."""

LASTS_ELSEWHERE = timedelta(hours=24)
"""How long a session may last there: nobody tells us of those who are in a room and have lost their signalling."""
