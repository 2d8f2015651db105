"""A request and its answer, free of any web framework."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from local_azure.cosmos import json_text

JSON = "application/json"


@dataclass(frozen=True, slots=True)
class Request:
    """`segments` is the decoded path; `headers` finds names in any case; `now` is seconds since 1970 (UTC)."""

    method: str
    segments: tuple[str, ...]
    headers: Mapping[str, str]
    body: bytes
    host: str
    now: float

    def flag(self, header: str) -> bool:
        """Whether a header says true."""
        return self.headers.get(header, "").lower() == "true"


@dataclass(frozen=True, slots=True)
class Response:
    """`body` is None for an answer without one; an answer that is to be `late_seconds` late is given so long after."""

    status: int
    body: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    late_seconds: float = 0.0


def json_response(value: object, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """An answer with a JSON body."""
    return Response(status, json_text.dump(value), headers or {})
