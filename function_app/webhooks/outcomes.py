"""What becomes of a message, and the port through which messages go out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Protocol


class Failure(StrEnum):
    """Why a message does not count as delivered."""

    ADDRESS_NOT_ALLOWED = "addressNotAllowed"
    UNREACHABLE = "unreachable"
    TLS_FAILED = "tlsFailed"
    TIMED_OUT = "timedOut"
    INVALID_ANSWER = "invalidAnswer"
    REDIRECTED = "redirected"
    REFUSED = "refused"
    """Any status but 2xx, 3xx and 410."""
    GONE = "gone"
    """410: the receiver wants nothing any more."""


@dataclass(frozen=True)
class Outcome:
    """What became of a message; `failure` is None when it was delivered."""

    failure: Failure | None
    status: int | None
    duration: timedelta
    retry_after: timedelta = timedelta()
    """How long the receiver asked to be left alone."""


class Sender(Protocol):
    async def send(self, url: str, headers: Mapping[str, str], body: bytes) -> Outcome:
        """Posts the body, and raises nothing."""
