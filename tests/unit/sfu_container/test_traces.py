"""A join is a span of the trace that its grant comes from, whether the Peer is let in or not."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator

import pytest
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import StatusCode

from parley_protocol.grants import MediaGrant
from sfu_container.errors import NodeDrainingError
from sfu_container.open_telemetry import OpenTelemetryTraces
from tests.unit.sfu_container.fakes import World, join_message, make_grant

TRACE, REQUEST = "4bf92f3577b34da6a3ce929d0e0e4736", "b7ad6b7169203331"


@pytest.fixture
def exporter() -> InMemorySpanExporter:
    return InMemorySpanExporter()


@pytest.fixture
def world(exporter: InMemorySpanExporter) -> Iterator[World]:
    world = World(traces=OpenTelemetryTraces(exporter))
    yield world
    world.traces.close()


def only_span(world: World, exporter: InMemorySpanExporter) -> ReadableSpan:
    world.traces.close()
    [span] = exporter.get_finished_spans()
    assert span.name == "join"
    return span


def traced_grant(trace: str | None) -> MediaGrant:
    return make_grant().model_copy(update={"trace": trace})


def test_a_join_is_below_the_request_that_gave_out_its_grant(world: World, exporter: InMemorySpanExporter) -> None:
    grant = traced_grant(f"00-{TRACE}-{REQUEST}-01")
    world.node.join(grant, join_message())
    span = only_span(world, exporter)
    assert span.context
    assert span.parent
    assert f"{span.context.trace_id:032x}" == TRACE
    assert f"{span.parent.span_id:016x}" == REQUEST
    assert span.attributes == {"session": grant.session, "participant": grant.sub, "peer": grant.peer}


def test_a_refusal_is_noted_in_the_span(world: World, exporter: InMemorySpanExporter) -> None:
    world.node.draining = True
    with pytest.raises(NodeDrainingError):
        world.node.join(traced_grant(f"00-{TRACE}-{REQUEST}-01"), join_message())
    span = only_span(world, exporter)
    assert span.status.status_code is StatusCode.ERROR
    assert [event.name for event in span.events] == ["exception"]


@pytest.mark.parametrize("trace", [None, "0", "00-" + "0" * 32 + f"-{REQUEST}-01"])
def test_a_grant_without_a_trace_begins_one(world: World, exporter: InMemorySpanExporter, trace: str | None) -> None:
    world.node.join(traced_grant(trace), join_message())
    assert only_span(world, exporter).parent is None


def test_a_node_that_exports_nothing_does_not_load_opentelemetry() -> None:
    program = "import sys, sfu_container.process; sys.exit('opentelemetry.sdk' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
