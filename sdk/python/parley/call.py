"""One call of the API, before it is a request."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from urllib.parse import quote
from uuid import uuid4

from parley.model import Model

_OTHER_PATHS = ("", ".", "..")
"""Encoding does not help: `%2e%2e` goes up, too (WHATWG URL, "double-dot path segment")."""


@dataclass(frozen=True)
class Call:
    """`path` begins with a slash; of `query` and `headers`, what is None is left out."""

    method: str
    path: str
    query: Mapping[str, object] = field(default_factory=dict)
    headers: Mapping[str, str | None] = field(default_factory=dict)
    content: Model | None = None
    repeatable: bool = True
    """Whether it does no harm to send it again when nobody knows whether it was done."""

    def parameters(self) -> dict[str, str]:
        """The query, as text."""
        return {name: _text(value) for name, value in self.query.items() if value is not None}


def segment(text: str) -> str:
    """One segment of a path. Raises ValueError for what would make it another path: nothing, `.` and `..`."""
    if text in _OTHER_PATHS:
        raise ValueError(f"{text!r} is no id")
    return quote(text, safe="")


def new_key() -> str:
    """An idempotency key: it makes a call that creates something safe to repeat."""
    return str(uuid4())


def _text(value: object) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    return str(value).lower() if isinstance(value, bool) else str(value)
