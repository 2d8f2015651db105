"""Traces by OpenTelemetry, sent by OTLP over HTTP from a thread of its own; imported only where an endpoint is set."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager

from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import SERVICE_NAME, Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter
from opentelemetry.trace import SpanKind
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

_SERVICE = "parley-sfu"
_TIMEOUT_SECONDS = 5


class OpenTelemetryTraces:
    def __init__(self, exporter: SpanExporter) -> None:
        self._provider = TracerProvider(resource=Resource.create({SERVICE_NAME: _SERVICE}))
        self._provider.add_span_processor(BatchSpanProcessor(exporter))
        self._tracer = self._provider.get_tracer(_SERVICE)
        self._propagator = TraceContextTextMapPropagator()

    @classmethod
    def over_otlp(cls, endpoint: str) -> OpenTelemetryTraces:
        """`endpoint` is the collector's origin; the path is that of the specification."""
        return cls(OTLPSpanExporter(f"{endpoint}/v1/traces", timeout=_TIMEOUT_SECONDS))

    def span(self, name: str, parent: str | None, attributes: Mapping[str, str]) -> AbstractContextManager[object]:
        above = self._propagator.extract({"traceparent": parent} if parent else {})
        return self._tracer.start_as_current_span(name, above, SpanKind.SERVER, dict(attributes))

    def close(self) -> None:
        self._provider.shutdown()
