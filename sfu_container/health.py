"""What `/healthz` of a node says, for those who ask from beside it."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from typing import NamedTuple

_TIMEOUT_SECONDS = 5.0
_OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class Health(NamedTuple):
    sessions: int
    peers: int


NOBODY = Health(0, 0)


def look_at(origin: str) -> Health:
    """What the node there carries: nobody, when it does not answer, for then nobody is left there."""
    try:
        with _OPENER.open(f"{origin}/healthz", timeout=_TIMEOUT_SECONDS) as response:
            body = json.load(response)
        return Health(int(body["sessions"]), int(body["peers"]))
    except (urllib.error.URLError, OSError, ValueError, LookupError, TypeError):
        return NOBODY
