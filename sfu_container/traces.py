"""Spans of what the node does, in the traces of the API's requests: a media grant carries its `traceparent`.

`Traces` is the port. Most nodes export nothing, and then a span costs nothing to speak of.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from typing import Protocol


class Traces(Protocol):
    def span(self, name: str, parent: str | None, attributes: Mapping[str, str]) -> AbstractContextManager[object]:
        """A span for as long as the block runs; `parent` is a `traceparent` (W3C Trace Context).

        What the block raises is noted in the span and goes on.
        """

    def close(self) -> None:
        """Sends what was not sent yet; it may take a few seconds."""


class NoTraces:
    """Exports nothing."""

    def span(self, name: str, parent: str | None, attributes: Mapping[str, str]) -> AbstractContextManager[object]:
        return nullcontext()

    def close(self) -> None:
        """There is nothing to send."""


def open_traces(otlp_endpoint: str | None) -> Traces:
    """Those that go to a collector, or none."""
    if otlp_endpoint is None:
        return NoTraces()
    # Imported where it is needed: OpenTelemetry takes a third of a second and ten megabytes.
    from sfu_container.open_telemetry import OpenTelemetryTraces

    return OpenTelemetryTraces.over_otlp(otlp_endpoint)
