"""Traces of requests (W3C Trace Context): taken over from the caller, told to it, and handed on.

`Traces` is the port: without an exporter the ids are made here, which costs nothing to speak of; with one, the spans
are OpenTelemetry's, and so are those of the SDKs below.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Protocol, Self

_TRACEPARENT = re.compile(r"(?!ff)[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?")
_SAMPLED = 1


@dataclass(frozen=True)
class TraceContext:
    """Where in which trace something happens. `str()` is the header `traceparent`."""

    trace: str
    """32 hex digits."""
    span: str
    """16 hex digits."""
    sampled: bool = False

    @classmethod
    def parse(cls, header: str | None) -> Self | None:
        """None when there is no valid one, as the specification wants (section 3.2)."""
        match = _TRACEPARENT.fullmatch(header or "")
        if match is None or ((header or "").startswith("00") and match[4] is not None):
            return None
        trace, span, flags = match[1], match[2], match[3]
        if not int(trace, 16) or not int(span, 16):
            return None
        return cls(trace, span, bool(int(flags, 16) & _SAMPLED))

    @classmethod
    def below(cls, parent: TraceContext | None) -> Self:
        """A fresh span: in the parent's trace, or in one of its own."""
        span = secrets.token_hex(8)
        return cls(parent.trace, span, parent.sampled) if parent else cls(secrets.token_hex(16), span)

    def __str__(self) -> str:
        return f"00-{self.trace}-{self.span}-{int(self.sampled):02x}"


current_trace: ContextVar[TraceContext | None] = ContextVar("current_trace", default=None)
"""That of the request that is being handled."""


class Traces(Protocol):
    def request(self, method: str, parent: str | None) -> AbstractContextManager[TraceContext]:
        """A span for as long as a request is handled. `parent` is the caller's `traceparent`, which may be anything."""

    def close(self) -> None:
        """Sends what was not sent yet."""


class PlainTraces:
    """Makes ids, and exports nothing."""

    @contextmanager
    def request(self, method: str, parent: str | None) -> Iterator[TraceContext]:
        context = TraceContext.below(TraceContext.parse(parent))
        token = current_trace.set(context)
        try:
            yield context
        finally:
            current_trace.reset(token)

    def close(self) -> None:
        """There is nothing to send."""
