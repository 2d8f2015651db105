"""Failures on demand, so that a test can see how a client takes them."""

from __future__ import annotations

import threading
from dataclasses import dataclass, replace
from typing import Any

from local_azure.cosmos.errors import REQUEST_RATE_TOO_LARGE, BadRequestError, InjectedError

MAX_FAULTS = 100
MAX_COUNT = 1_000_000
MAX_MS = 600_000


@dataclass(frozen=True, slots=True)
class Fault:
    """Fail the next `count` requests whose `METHOD /path` contains `match` (all, where it is empty).

    The first `skip` of them are left alone. `retry_after_ms` goes into `x-ms-retry-after-ms` where it is given. With
    `late_ms` they do not fail: they are done, and answered so much later.
    """

    status: int = 429
    count: int = 1
    retry_after_ms: int | None = None
    match: str = ""
    skip: int = 0
    late_ms: int | None = None

    @classmethod
    def from_json(cls, body: object) -> Fault:
        """From `{status, count, retryAfterMs, match, skip, lateMs}`, each optional. Raises BadRequestError."""
        known = {"status", "count", "retryAfterMs", "match", "skip", "lateMs"}
        if not isinstance(body, dict) or not body.keys() <= known:
            raise BadRequestError("A fault is an object with status, count, retryAfterMs, match, skip and lateMs.")
        match = body.get("match", "")
        if not isinstance(match, str):
            raise BadRequestError("The fault's match must be a string.")
        return cls(
            status=_whole(body, "status", 429, 400, 599),
            count=_whole(body, "count", 1, 1, MAX_COUNT),
            retry_after_ms=_milliseconds(body, "retryAfterMs"),
            match=match,
            skip=_whole(body, "skip", 0, 0, MAX_COUNT),
            late_ms=_milliseconds(body, "lateMs"),
        )

    def to_json(self) -> dict[str, Any]:
        """The form that `from_json` reads."""
        return {
            "status": self.status,
            "count": self.count,
            "retryAfterMs": self.retry_after_ms,
            "match": self.match,
            "skip": self.skip,
            "lateMs": self.late_ms,
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

    def strike(self, request_line: str) -> float:
        """How many seconds late the answer to this `METHOD /path` is to be. Raises InjectedError if it is to fail."""
        fault = self._take(request_line)
        if fault is None:
            return 0.0
        if fault.late_ms is not None:
            return fault.late_ms / 1000
        substatus = REQUEST_RATE_TOO_LARGE if fault.status == 429 else None
        raise InjectedError(fault.status, substatus, fault.retry_after_ms)

    def _take(self, request_line: str) -> Fault | None:
        """The fault that strikes this request, with one less of it left."""
        with self._lock:
            for index, fault in enumerate(self._faults):
                if fault.match not in request_line:
                    continue
                if fault.skip:
                    self._faults[index] = replace(fault, skip=fault.skip - 1)
                    return None
                left = fault.count - 1
                self._faults[index : index + 1] = [replace(fault, count=left)] if left else []
                return fault
            return None


def _milliseconds(body: dict[str, Any], name: str) -> int | None:
    return None if body.get(name) is None else _whole(body, name, 0, 0, MAX_MS)


def _whole(body: dict[str, Any], name: str, default: int, least: int, most: int) -> int:
    value = body.get(name, default)
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
        raise BadRequestError(f"The fault's {name} must be a whole number from {least} to {most}.")
    return value
