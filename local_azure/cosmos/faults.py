"""Failures on demand, so that a test can see how a client takes them."""

from __future__ import annotations

import threading
from dataclasses import dataclass, replace
from typing import Any

from local_azure.cosmos.errors import REQUEST_RATE_TOO_LARGE, BadRequestError, InjectedError

MAX_FAULTS = 100
MAX_COUNT = 1_000_000
MAX_RETRY_AFTER_MS = 600_000


@dataclass(frozen=True, slots=True)
class Fault:
    """Fail the next `count` requests whose `METHOD /path` contains `match` (all, where it is empty).

    `retry_after_ms` goes into `x-ms-retry-after-ms` where it is given.
    """

    status: int = 429
    count: int = 1
    retry_after_ms: int | None = None
    match: str = ""

    @classmethod
    def from_json(cls, body: object) -> Fault:
        """From `{status, count, retryAfterMs, match}`, each optional. Raises BadRequestError."""
        if not isinstance(body, dict) or not body.keys() <= {"status", "count", "retryAfterMs", "match"}:
            raise BadRequestError("A fault is an object with status, count, retryAfterMs and match.")
        retry_after_ms = body.get("retryAfterMs")
        match = body.get("match", "")
        if not isinstance(match, str):
            raise BadRequestError("The fault's match must be a string.")
        return cls(
            status=_whole(body, "status", 429, 400, 599),
            count=_whole(body, "count", 1, 1, MAX_COUNT),
            retry_after_ms=None if retry_after_ms is None else _whole(body, "retryAfterMs", 0, 0, MAX_RETRY_AFTER_MS),
            match=match,
        )

    def to_json(self) -> dict[str, Any]:
        """The form that `from_json` reads."""
        return {
            "status": self.status,
            "count": self.count,
            "retryAfterMs": self.retry_after_ms,
            "match": self.match,
        }


class Faults:
    """The faults still to come, oldest first. Safe to use from any thread."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []
        self._lock = threading.Lock()

    def inject(self, fault: Fault) -> None:
        """Adds a fault. Raises BadRequestError when MAX_FAULTS are waiting."""
        with self._lock:
            if len(self._faults) >= MAX_FAULTS:
                raise BadRequestError(f"At most {MAX_FAULTS} faults can wait.")
            self._faults.append(fault)

    def clear(self) -> None:
        """Forgets every fault."""
        with self._lock:
            self._faults.clear()

    def pending(self) -> list[Fault]:
        """The faults still to come, each with the count that is left."""
        with self._lock:
            return list(self._faults)

    def strike(self, request_line: str) -> None:
        """Raises InjectedError if a fault waits for this `METHOD /path`."""
        with self._lock:
            for index, fault in enumerate(self._faults):
                if fault.match in request_line:
                    left = fault.count - 1
                    self._faults[index : index + 1] = [replace(fault, count=left)] if left else []
                    substatus = REQUEST_RATE_TOO_LARGE if fault.status == 429 else None
                    raise InjectedError(fault.status, substatus, fault.retry_after_ms)


def _whole(body: dict[str, Any], name: str, default: int, least: int, most: int) -> int:
    value = body.get(name, default)
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
        raise BadRequestError(f"The fault's {name} must be a whole number from {least} to {most}.")
    return value
