"""ICE servers with credentials that expire (draft-uberti-behave-turn-rest-00, coturn's `use-auth-secret`)."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Sequence

from function_app.api.models import Response
from function_app.timestamps import Clock

LIFETIME_SECONDS = 12 * 3600
"""TURN allocations are refreshed with the same credentials, so they must outlast any meeting."""


class IceServer(Response):
    """One entry of RTCConfiguration.iceServers."""

    urls: list[str]
    username: str | None = None
    credential: str | None = None


class TurnServers:
    def __init__(self, urls: Sequence[str], secret: str | None, clock: Clock) -> None:
        self._urls = list(urls)
        self._secret = secret
        self._clock = clock

    def for_participant(self, participant: str) -> list[IceServer]:
        """The servers for one participant; none when none are set up."""
        if not self._urls:
            return []
        if self._secret is None:
            return [IceServer(urls=self._urls)]
        username = f"{int(self._clock().timestamp()) + LIFETIME_SECONDS}:{participant}"
        # SHA-1 is what coturn checks; an HMAC with it is not weakened by SHA-1's collisions.
        digest = hmac.new(self._secret.encode(), username.encode(), hashlib.sha1).digest()
        return [IceServer(urls=self._urls, username=username, credential=base64.b64encode(digest).decode())]
