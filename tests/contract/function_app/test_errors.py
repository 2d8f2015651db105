"""Every error has the same shape and a code, whatever the request was."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from function_app.meetings.service import MeetingService

from .support import FakeNode, Platform

JSON = {"Content-Type": "application/json"}


def check_shape(answer: httpx.Response, status: int, code: str) -> dict[str, Any]:
    assert answer.status_code == status, answer.text
    error: dict[str, Any] = answer.json()["error"]
    assert error["code"] == code
    assert answer.headers["x-ms-error-code"] == code
    assert error["message"]
    assert answer.headers["x-ms-request-id"]
    return error


@pytest.mark.parametrize("path", ["/", "/nothing", "/meetings/", "/meetings/demo/nothing", "/sessions", "/internal"])
async def test_an_unknown_path_is_not_found(platform: Platform, path: str) -> None:
    check_shape(await platform.call("GET", path), 404, "NotFound")


@pytest.mark.parametrize(
    ("method", "path"),
    [("DELETE", "/meetings"), ("POST", "/meetings/demo"), ("GET", "/sessions:join"), ("PUT", "/healthz")],
)
async def test_a_wrong_method_is_not_allowed(platform: Platform, method: str, path: str) -> None:
    answer = await platform.call(method, path)
    check_shape(answer, 405, "MethodNotAllowed")
    assert answer.headers["Allow"]


@pytest.mark.parametrize(
    "meeting", ["-x", "a" * 65, "a.b", "a%20b", "%00", "%F0%9F%98%80", "a:b", "..%2Fdemo", "a%27%20OR%201=1"]
)
async def test_an_invalid_id_is_named(platform: Platform, meeting: str) -> None:
    answer = await platform.call("GET", f"/meetings/{meeting}")
    assert answer.status_code in (400, 404)
    if answer.status_code == 400:
        assert check_shape(answer, 400, "InvalidRequest")["target"] == "id"


async def test_every_wrong_field_is_named(platform: Platform) -> None:
    body = {"participant": "", "name": "", "role": "king", "ttlSeconds": "soon", "more": 1}
    error = check_shape(await platform.call("POST", "/meetings/demo:issueToken", json=body), 400, "InvalidRequest")
    targets = {detail["target"] for detail in error["details"]}
    assert targets == {"/participant", "/name", "/role", "/ttlSeconds", "/more"}
    assert {detail["code"] for detail in error["details"]} == {"InvalidParameter"}


@pytest.mark.parametrize(
    "content",
    ["", "{", "[]", "null", "7", '"title"', '{"title":1}', '{"title":""}', '{"title":null}', '{"title":"\\ud800"}'],
)
@pytest.mark.parametrize("method", ["PUT", "PATCH"])
async def test_a_body_that_is_no_meeting_is_refused(platform: Platform, method: str, content: str) -> None:
    answer = await platform.call(method, "/meetings/demo", content=content, headers=JSON)
    check_shape(answer, 400, "InvalidRequest")
    assert (await platform.call("GET", "/meetings/demo")).json()["title"] == "Demo meeting"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ('{"name" 7}', "The body is not JSON: Expecting ':' delimiter at character 8."),
        ("", "The request needs a body in JSON."),
        ('{"name": "Ann"}', "One of email, phone and push is needed."),
        (
            '{"name": "Ann", "email": "ann"}',
            "It does not have the right form; the OpenAPI document has the form and an example.",
        ),
    ],
)
async def test_what_is_wrong_is_said_in_words_that_help(platform: Platform, content: str, message: str) -> None:
    answer = await platform.call("PUT", "/meetings/demo/invitees/ann", content=content, headers=JSON)
    [detail] = check_shape(answer, 400, "InvalidRequest")["details"]
    assert detail["message"] == message


async def test_a_body_of_another_kind_is_refused(platform: Platform) -> None:
    answer = await platform.call("PUT", "/meetings/demo", content="title=x", headers={"Content-Type": "text/plain"})
    check_shape(answer, 400, "InvalidRequest")


async def test_json_that_is_nested_too_deeply_is_refused(platform: Platform) -> None:
    answer = await platform.call("PUT", "/meetings/demo", content="[" * 30_000 + "]" * 30_000, headers=JSON)
    check_shape(answer, 400, "InvalidRequest")


async def test_bytes_that_are_no_text_are_refused(platform: Platform) -> None:
    answer = await platform.call("PUT", "/meetings/demo", content=b'{"title":"\xff\xfe"}', headers=JSON)
    check_shape(answer, 400, "InvalidRequest")


async def test_a_long_title_is_named(platform: Platform) -> None:
    error = check_shape(await platform.put_meeting("long", "x" * 201), 400, "InvalidRequest")
    assert error["target"] == "/title"
    assert (await platform.put_meeting("long", "x" * 200)).status_code == 201


async def test_a_title_of_a_million_characters_is_too_large(platform: Platform) -> None:
    check_shape(await platform.put_meeting("long", "x" * 1_000_000), 413, "RequestTooLarge")


async def test_a_body_that_does_not_say_how_long_it_is_is_counted(platform: Platform) -> None:
    taken = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal taken
        while taken < 10_000_000:
            taken += 10_000
            yield b"x" * 10_000

    answer = await platform.call("PUT", "/meetings/demo", content=endless(), headers=JSON)
    check_shape(answer, 413, "RequestTooLarge")
    assert taken < 100_000


async def test_a_length_that_is_no_number_of_bytes_does_no_harm(platform: Platform) -> None:
    headers = {**JSON, "Content-Length": "9" * 5000}
    assert (await platform.call("PUT", "/meetings/demo", content='{"title":"x"}', headers=headers)).status_code == 200


async def test_a_body_of_exactly_the_limit_is_read(platform: Platform) -> None:
    padding = " " * (64 * 1024 - len('{"title":"x"}'))
    answer = await platform.call("PUT", "/meetings/demo", content='{"title":"x"}' + padding, headers=JSON)
    assert answer.status_code == 200


async def test_an_unknown_api_version_is_refused(platform: Platform) -> None:
    error = check_shape(
        await platform.call("GET", "/meetings?api-version=2020-01-01"), 400, "UnsupportedApiVersionValue"
    )
    assert error["target"] == "api-version"
    assert (await platform.call("GET", "/meetings?api-version=2026-11-01")).status_code == 200


async def test_a_bug_is_a_500_with_the_request_id_and_nothing_else(
    platform: Platform, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def broken(*_: object) -> None:
        raise RuntimeError("secret detail")

    monkeypatch.setattr(MeetingService, "get", broken)
    answer = await platform.call("GET", "/meetings/demo")
    error = check_shape(answer, 500, "InternalError")
    assert answer.headers["x-ms-request-id"] in error["message"]
    assert "secret detail" not in answer.text
    assert answer.headers["x-ms-request-id"] in caplog.text


async def test_every_answer_has_its_own_request_id(platform: Platform) -> None:
    first, second = await platform.http.get("/healthz"), await platform.http.get("/healthz")
    assert first.headers["x-ms-request-id"] != second.headers["x-ms-request-id"]


async def test_the_log_tells_of_requests_but_not_their_secrets(
    platform: Platform, node: object, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", logger="parley")
    joined = await platform.join("ann")
    await platform.http.get("/meetings?continuationToken=do-not-log", headers=platform.key_header)
    assert "path=/sessions:join status=200" in caplog.text
    assert joined["participant"]["id"] in caplog.text
    for secret in (platform.api_key, joined["usedToken"], joined["token"], joined["mediaGrant"], "do-not-log"):
        assert secret not in caplog.text


async def test_what_comes_every_few_seconds_is_in_the_log_only_when_it_fails(
    platform: Platform, node: FakeNode, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", logger="parley")
    caplog.clear()
    await platform.http.get("/healthz")
    await node.heartbeat()
    assert caplog.text == ""
    await platform.http.put(f"/internal/nodes/{node.id}", json=node.report())
    assert f"path=/internal/nodes/{node.id} status=401" in caplog.text


@pytest.mark.parametrize("path", ["/healthz", "/meetings/demo", "/nothing"])
async def test_no_cache_keeps_an_answer(platform: Platform, path: str) -> None:
    assert (await platform.call("GET", path)).headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("path", ["/docs", "/openapi.json", "/.well-known/jwks.json"])
async def test_what_is_the_same_for_everybody_may_be_kept(platform: Platform, path: str) -> None:
    assert "no-store" not in (await platform.http.get(path)).headers.get("Cache-Control", "")


async def test_a_path_cannot_write_lines_into_the_log(
    platform: Platform, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError

    caplog.set_level("INFO", logger="parley")
    monkeypatch.setattr(platform.process, "services", broken)
    await platform.http.get("/meetings/demo/messages%0Aforged", headers=platform.key_header)
    await platform.http.post("/meetings/a%0Aforged:issueToken", headers=platform.key_header)
    lines = [record.getMessage() for record in caplog.records if record.name == "parley.api"]
    assert len(lines) == 4
    assert not [line for line in lines if "\n" in line]
