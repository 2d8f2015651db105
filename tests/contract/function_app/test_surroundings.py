"""What surrounds every request: headers for browsers, traces, limits on time, readiness, and a log without secrets."""

import asyncio
import json
import logging
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import jwt
import pytest
from opentelemetry import trace
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from function_app.api.envelope import Envelope
from function_app.meetings.service import MeetingService
from function_app.telemetry.log import JsonLines
from function_app.telemetry.open_telemetry import OpenTelemetryTraces
from function_app.telemetry.traces import PlainTraces, TraceContext

from .support import FakeNode, Platform, bearer, running_platform
from .test_throttle import routes

PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
TRACE = PARENT.split("-")[1]
PAGE = "https://app.contoso.example"
SECONDS = 0.2


async def test_every_answer_has_the_security_headers_an_id_and_a_trace(platform: Platform) -> None:
    for method, path in [*routes(platform), ("GET", "/nothing")]:
        answer = await platform.http.request(method, path)
        assert answer.headers["X-Content-Type-Options"] == "nosniff", path
        assert answer.headers["Referrer-Policy"] == "no-referrer", path
        assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"], path
        assert answer.headers["Strict-Transport-Security"], path
        assert answer.headers["x-ms-request-id"], path
        assert TraceContext.parse(answer.headers["traceparent"]), path


async def test_a_page_of_another_origin_is_not_let_in(platform: Platform) -> None:
    answer = await platform.call("GET", "/meetings/demo", headers={"Origin": PAGE})
    assert not [name for name in answer.headers if name.startswith("access-control-allow")]
    ask = {"Origin": PAGE, "Access-Control-Request-Method": "PUT"}
    assert "access-control-allow-origin" not in (await platform.http.options("/meetings/demo", headers=ask)).headers


async def test_a_page_of_an_origin_in_the_settings_is_let_in(tmp_path: Path) -> None:
    async with running_platform(tmp_path, cors_origins=f"{PAGE}, https://other.example") as platform:
        answer = await platform.call("GET", "/meetings/demo", headers={"Origin": PAGE})
        assert answer.headers["Access-Control-Allow-Origin"] == PAGE
        assert "RateLimit" in answer.headers["Access-Control-Expose-Headers"]
        assert "Access-Control-Allow-Credentials" not in answer.headers
        ask = {
            "Origin": PAGE,
            "Access-Control-Request-Method": "PATCH",
            "Access-Control-Request-Headers": "authorization, if-match",
        }
        assert (await platform.http.options("/meetings/demo", headers=ask)).status_code == 200
        stranger = await platform.call("GET", "/meetings/demo", headers={"Origin": "https://evil.example"})
        assert "Access-Control-Allow-Origin" not in stranger.headers


async def test_a_trace_goes_on_from_the_caller_to_the_node(platform: Platform, node: FakeNode) -> None:
    token = await platform.token("ann")
    answer = await platform.http.post("/sessions:join", json={}, headers={**bearer(token), "traceparent": PARENT})
    here = answer.headers["traceparent"]
    assert here.startswith(f"00-{TRACE}-")
    assert here != PARENT
    grant = jwt.decode(answer.json()["mediaGrant"], options={"verify_signature": False})
    assert grant["trace"] == here


@pytest.mark.parametrize(
    "header", ["", "x", "00-" + "0" * 32 + "-b7ad6b7169203331-01", PARENT + "-x", "ff" + PARENT[2:]]
)
async def test_a_traceparent_that_is_none_begins_a_trace(platform: Platform, header: str) -> None:
    here = TraceContext.parse(
        (await platform.http.get("/healthz", headers={"traceparent": header})).headers["traceparent"]
    )
    assert here
    assert here.trace != TRACE


async def test_spans_go_to_the_exporter_with_those_of_the_sdks(platform: Platform) -> None:
    exporter = InMemorySpanExporter()
    traces = OpenTelemetryTraces(exporter)
    object.__setattr__(platform.services, "traces", traces)
    answer = await platform.call("GET", "/meetings/demo", headers={"traceparent": PARENT})
    trace.get_tracer_provider().force_flush()  # type: ignore[attr-defined]  # The API's type lacks it.
    spans = exporter.get_finished_spans()
    request = next(span for span in spans if span.name == "HTTP GET")
    assert request.context
    assert answer.headers["traceparent"] == f"00-{TRACE}-{request.context.span_id:016x}-01"
    assert {f"{span.context.trace_id:032x}" for span in spans if span.context} == {TRACE}


async def handle(app: Any, receive: Any, **limits: float) -> list[dict[str, Any]]:
    """What the envelope answers around an application."""
    sent: list[dict[str, Any]] = []

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {"type": "http", "method": "GET", "path": "/slow", "headers": []}
    await Envelope(app, PlainTraces, **limits)(scope, receive, send)
    return sent


async def whole_body() -> dict[str, Any]:
    return {"type": "http.request", "body": b"", "more_body": False}


async def never(*_: object) -> None:
    await asyncio.Event().wait()


async def test_what_takes_too_long_is_given_up_with_a_code() -> None:
    start, body = await handle(never, whole_body, longest_request=SECONDS)
    assert start["status"] == 504
    assert json.loads(body["body"])["error"]["code"] == "RequestTimedOut"
    assert b"retry-after" in dict(start["headers"])


async def test_a_body_that_does_not_come_is_not_waited_for() -> None:
    start, body = await handle(never, never, longest_body=SECONDS)
    assert start["status"] == 408
    assert json.loads(body["body"])["error"]["code"] == "RequestNotReceived"


async def test_a_timeout_of_our_own_making_is_a_bug() -> None:
    async def broken(*_: object) -> None:
        raise TimeoutError

    start, _ = await handle(broken, whole_body)
    assert start["status"] == 500


def statuses(answer: httpx.Response) -> dict[str, str]:
    return {one["name"]: one["status"] for one in answer.json()["dependencies"]}


async def test_readiness_tells_what_is_down(tmp_path: Path) -> None:
    async with running_platform(tmp_path, redis_url=f"unix://{tmp_path}/nobody") as platform:
        answer = await platform.http.get("/readyz")
        assert (answer.status_code, answer.json()["status"]) == (200, "degraded")
        assert statuses(answer) == {"database": "up", "signalling": "up", "redis": "down"}


async def test_readiness_is_refused_without_what_is_needed(platform: Platform) -> None:
    await platform.cosmos_server.stop()
    answer = await platform.http.get("/readyz")
    assert (answer.status_code, answer.json()["status"]) == (503, "unavailable")
    assert statuses(answer) == {"database": "down", "signalling": "up"}
    assert (await platform.http.get("/healthz")).status_code == 200


async def test_asking_often_costs_what_asking_once_does(platform: Platform) -> None:
    await platform.http.get("/healthz")
    platform.webpubsub_server.requests.clear()
    answers = await asyncio.gather(*(platform.http.get("/readyz") for _ in range(20)))
    assert {answer.status_code for answer in answers} == {200}
    assert len(platform.webpubsub_server.requests) == 1


@pytest.fixture
async def lines() -> AsyncIterator[list[dict[str, Any]]]:
    """Every line of the log, of whatever level and library, as it is written in Azure."""
    kept: list[dict[str, Any]] = []

    class Keeping(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            kept.append(json.loads(self.format(record)))

    handler = Keeping(logging.DEBUG)
    handler.setFormatter(JsonLines())
    root = logging.getLogger()
    ours = logging.getLogger("parley")
    levels = root.level, ours.level
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    ours.setLevel(logging.DEBUG)
    yield kept
    root.removeHandler(handler)
    root.setLevel(levels[0])
    ours.setLevel(levels[1])


async def test_the_log_holds_no_secret_and_nothing_personal(
    platform: Platform, node: FakeNode, lines: list[dict[str, Any]]
) -> None:
    await platform.put_meeting("review", title="Quarterly-Secret-Review")
    token = await platform.token("ann-4711", "review", name="Annabel Smith ann@contoso.example")
    joined = (await platform.http.post("/sessions:join", json={}, headers=bearer(token))).json()
    await node.tell("participantConnected", joined)
    await platform.http.post("/sessions:join", json={"more": "Annabel Smith"}, headers=bearer(token))
    await platform.http.get("/meetings", headers=bearer("parley_wrong-key"))
    await platform.http.get("/meetings", headers=bearer(token))
    await platform.leave(joined)
    written = "\n".join(map(json.dumps, lines))
    assert "/sessions:join" in written
    for secret in (
        *("Annabel", "ann@contoso.example", "ann-4711", "Quarterly-Secret-Review", "parley_wrong-key"),
        *(token, joined["token"], joined["mediaGrant"], joined["signalling"]["url"].split("access_token=")[1]),
        *(platform.api_key, node.token()[:30], "eyJ"),
    ):
        assert secret not in written


async def test_every_line_has_its_time_and_those_of_a_request_its_trace(
    platform: Platform, lines: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_: object, **__: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(MeetingService, "get", broken)
    await platform.call("GET", "/meetings/demo", headers={"traceparent": PARENT})
    ours = [line for line in lines if line["logger"] == "parley.api"]
    assert {line["level"] for line in ours} == {"ERROR", "INFO"}
    assert {line["trace"] for line in ours} == {TRACE}
    assert all(line["time"].endswith("Z") for line in lines)
    assert any("RuntimeError" in line.get("exception", "") for line in ours)
