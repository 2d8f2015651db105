"""Traces by OpenTelemetry, sent by OTLP over HTTP. Imported only where an endpoint is set: it takes a while."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from azure.core.settings import settings as azure_settings
from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import SERVICE_NAME, Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter
from opentelemetry.trace import NonRecordingSpan, SpanContext, SpanKind, TraceFlags

from function_app.telemetry.traces import TraceContext, current_trace

_SERVICE = "parley-control-plane"
_TIMEOUT_SECONDS = 5


class OpenTelemetryTraces:
    """Spans of requests, and below them those of the Azure SDKs, which follow the tracer of the process."""

    def __init__(self, exporter: SpanExporter) -> None:
        self._provider = TracerProvider(resource=Resource.create({SERVICE_NAME: _SERVICE}))
        self._provider.add_span_processor(BatchSpanProcessor(exporter))
        trace.set_tracer_provider(self._provider)
        azure_settings.tracing_enabled = True
        self._tracer = self._provider.get_tracer(_SERVICE)

    @classmethod
    def over_otlp(cls, endpoint: str) -> OpenTelemetryTraces:
        """`endpoint` is the collector's origin; the path is that of the specification."""
        return cls(OTLPSpanExporter(f"{endpoint}/v1/traces", timeout=_TIMEOUT_SECONDS))

    @contextmanager
    def request(self, method: str, parent: str | None) -> Iterator[TraceContext]:
        above = _as_span(TraceContext.parse(parent))
        with self._tracer.start_as_current_span(f"HTTP {method}", context=above, kind=SpanKind.SERVER) as span:
            ids = span.get_span_context()
            context = TraceContext(f"{ids.trace_id:032x}", f"{ids.span_id:016x}", ids.trace_flags.sampled)
            token = current_trace.set(context)
            try:
                yield context
            finally:
                current_trace.reset(token)

    def close(self) -> None:
        self._provider.shutdown()


def _as_span(parent: TraceContext | None) -> Context | None:
    if parent is None:
        return None
    flags = TraceFlags(TraceFlags.SAMPLED if parent.sampled else TraceFlags.DEFAULT)
    ids = SpanContext(int(parent.trace, 16), int(parent.span, 16), is_remote=True, trace_flags=flags)
    return trace.set_span_in_context(NonRecordingSpan(ids))
