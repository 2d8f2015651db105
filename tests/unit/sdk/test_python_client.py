"""What the Python SDK does beside its methods: retries, pages, errors, and checking what a webhook is sent."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

import httpx
import pytest

import parley
import parley.aio
from function_app.webhooks.signatures import signed_headers
from parley import Retries
from parley.models import ApiKeyContent, MeetingContent, MeetingCreatedEvent, MeetingPatch

ENDPOINT = "https://meet.example"
TIME = "2026-11-01T09:30:00Z"
MEETING = {
    "id": "weekly",
    "title": "Weekly",
    "settings": {"mayChat": "aNewAudience", "aNewSetting": 1},
    "createdOn": TIME,
    "updatedOn": TIME,
    "etag": '"1"',
    "calendarSequence": 0,
    "joinUrl": f"{ENDPOINT}/m/weekly",
    "aNewField": True,
}
QUICKLY = Retries(first_delay=0.001)
SECRETS = ["whsec_" + "b2xkIHNlY3JldA==", "whsec_" + "bmV3IHNlY3JldA=="]
EVENT = (
    b'{"specversion": "1.0", "id": "evt_1", "source": "https://meet.example/meetings/weekly", "sequence": 1, '
    b'"type": "meeting.created", "time": "2026-11-01T09:30:00Z", "subject": "weekly", '
    b'"datacontenttype": "application/json", "data": {"title": "Weekly", "aNewField": 1}}'
)

Answer = httpx.Response | Exception


class Script:
    """Answers as it was told, one after the other, and keeps what it was asked."""

    def __init__(self, *answers: Answer) -> None:
        self._answers = iter(answers)
        self.requests: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        answer = next(self._answers)
        if isinstance(answer, Exception):
            raise answer
        return answer

    def client(self, credential: Callable[[], str] | str = "key") -> parley.ParleyClient:
        return parley.ParleyClient(ENDPOINT, credential, retries=QUICKLY, transport=httpx.MockTransport(self))


def meeting(**changes: Any) -> httpx.Response:
    return httpx.Response(200, json=MEETING | changes)


def unavailable(**headers: str) -> httpx.Response:
    return httpx.Response(503, headers=headers, json={"error": {"code": "StoreUnavailable", "message": "Later."}})


@pytest.mark.parametrize("identity", ["", ".", ".."])
def test_an_id_that_would_be_another_path_is_refused(identity: str) -> None:
    script = Script()
    with pytest.raises(ValueError, match="is no id"), script.client() as client:
        client.meetings.delete(identity)
    assert not script.requests


@pytest.mark.parametrize("identity", ["a/../b", "/", "..%2f", "?a=b", "#", "%2e%2e", "a\\b", "ü"])
def test_an_id_is_one_segment_of_a_path(identity: str) -> None:
    script = Script(httpx.Response(204))
    with script.client() as client:
        client.meetings.delete(identity)
    [sent] = script.requests
    assert sent.url.raw_path.startswith(f"/meetings/{quote(identity, safe='')}?".encode())


def test_what_later_versions_add_to_an_answer_does_no_harm() -> None:
    found = Script(meeting()).client().meetings.get("weekly")
    assert found.title == "Weekly"
    assert str(found.settings.may_chat) == "aNewAudience"
    assert found.created_on == datetime(2026, 11, 1, 9, 30, tzinfo=UTC)


def test_a_patch_names_what_was_set_and_takes_away_what_is_none() -> None:
    script = Script(meeting())
    script.client().meetings.patch("a/b?", MeetingPatch(title=None), if_match='"1"')
    [request] = script.requests
    assert request.content == b'{"title":null}'
    assert request.url.raw_path.startswith(b"/meetings/a%2Fb%3F?")
    assert request.headers["if-match"] == '"1"'


def test_creating_is_tried_again_with_the_same_idempotency_key() -> None:
    script = Script(httpx.ReadTimeout("no answer"), unavailable(), meeting())
    script.client().meetings.create(MeetingContent(title="Weekly"))
    keys = {request.headers["idempotency-key"] for request in script.requests}
    assert (len(script.requests), len(keys)) == (3, 1)


def test_what_may_do_harm_twice_is_sent_again_only_when_it_was_not_done() -> None:
    limited = httpx.Response(429, headers={"Retry-After": "0"})
    script = Script(limited, httpx.ConnectError("nobody there"), unavailable())
    with pytest.raises(parley.ServerError, match="StoreUnavailable"):
        script.client().tenants.create_api_key(ApiKeyContent())
    assert len(script.requests) == 3


def test_it_gives_up_when_the_api_asks_for_more_patience_than_there_is() -> None:
    script = Script(unavailable(**{"Retry-After": "31"}))
    with pytest.raises(parley.ServerError) as raised:
        script.client().meetings.get("weekly")
    assert raised.value.retry_after == 31


def test_a_lost_connection_is_an_error_of_ours_after_all_attempts() -> None:
    script = Script(*itertools.repeat(httpx.ReadError("gone"), 4))
    with pytest.raises(parley.NoAnswerError):
        script.client().meetings.get("weekly")
    assert len(script.requests) == 4


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (304, parley.NotModifiedError),
        (400, parley.InvalidRequestError),
        (401, parley.AuthenticationError),
        (403, parley.ForbiddenError),
        (404, parley.NotFoundError),
        (409, parley.ConflictError),
        (412, parley.PreconditionFailedError),
    ],
)
def test_each_status_has_its_error(status: int, error: type[parley.ApiError]) -> None:
    details = [{"code": "InvalidParameter", "target": "/title", "message": "Too long."}]
    body = {"error": {"code": "Some", "message": "Why.", "target": "/title", "details": details}}
    script = Script(httpx.Response(status, json=body, headers={"x-ms-request-id": "01"}))
    with pytest.raises(error) as raised:
        script.client().meetings.get("weekly")
    found = raised.value
    assert (found.status, found.code, found.target, found.request_id) == (status, "Some", "/title", "01")
    assert found.details == (parley.ErrorDetail("InvalidParameter", "/title", "Too long."),)


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b'{"error": "x"}', b'{"error": {"details": [1, {}]}}'])
def test_what_another_server_answers_in_the_place_of_the_api_is_an_error_all_the_same(body: bytes) -> None:
    with pytest.raises(parley.NotFoundError):
        Script(httpx.Response(404, content=body)).client().meetings.get("weekly")
    with pytest.raises(parley.UnexpectedAnswerError):
        Script(httpx.Response(200, content=body)).client().meetings.get("weekly")


def pages() -> Script:
    first = {"value": [MEETING | {"id": "a"}], "nextLink": "https://elsewhere.example/meetings?continuationToken=t"}
    second = {"value": [MEETING | {"id": "b"}, MEETING | {"id": "c"}]}
    return Script(httpx.Response(200, json=first), httpx.Response(200, json=second))


def test_a_list_goes_through_all_pages_and_takes_the_credential_nowhere_else() -> None:
    script = pages()
    meetings = iter(script.client().meetings.list(page_size=1))
    assert next(meetings).id == "a"
    assert len(script.requests) == 1
    assert [found.id for found in meetings] == ["b", "c"]
    assert {request.url.host for request in script.requests} == {"meet.example"}
    assert script.requests[1].url.params["continuationToken"] == "t"


def test_a_list_goes_on_from_a_page_that_was_read_before() -> None:
    script = pages()
    first = next(script.client().meetings.list().by_page())
    [second] = script.client().meetings.list().by_page(first.continuation_token)
    assert [found.id for found in second.items] == ["b", "c"]
    assert second.continuation_token is None


@pytest.mark.parametrize("token", ["@evil.example/", "//evil.example/", "/tenants/me", "https://evil.example/?a=b"])
def test_a_continuation_token_that_was_made_up_leads_nowhere_but_to_the_list(token: str) -> None:
    script = Script(httpx.Response(200, json={"value": []}))
    list(script.client().meetings.list().by_page(token))
    [request] = script.requests
    assert (request.url.host, request.url.path) == ("meet.example", "/meetings")


def test_the_async_list_is_the_same() -> None:
    async def ids() -> list[str]:
        async with parley.aio.ParleyClient(ENDPOINT, "key", transport=httpx.MockTransport(pages())) as client:
            return [found.id async for found in client.meetings.list()]

    assert asyncio.run(ids()) == ["a", "b", "c"]


OPERATION = {"id": "op_1", "kind": "eraseUser", "percentComplete": 0, "createdOn": TIME}


def operation(status: str, code: int = 200, **more: Any) -> httpx.Response:
    headers = {"Operation-Location": "https://elsewhere.example/operations/op_1", "Retry-After": "0"}
    return httpx.Response(code, headers=headers, json={**OPERATION, "updatedOn": TIME, "status": status, **more})


def test_long_work_is_looked_at_until_it_has_ended() -> None:
    script = Script(operation("notStarted", 202), operation("running"), unavailable(), operation("succeeded"))
    poller = script.client().users.begin_erase("ann@example.com")
    assert poller.state.status == "notStarted"
    assert not poller.done()
    assert poller.result().status == "succeeded"
    assert poller.done()
    paths = [request.url.path for request in script.requests]
    assert paths == ["/users/ann@example.com:erase", *["/operations/op_1"] * 3]
    assert {request.url.host for request in script.requests} == {"meet.example"}


def test_long_work_that_fails_or_takes_too_long_is_an_error() -> None:
    with pytest.raises(parley.OperationFailedError):
        Script(operation("notStarted", 202), operation("failed")).client().users.begin_erase("ann").result()
    with pytest.raises(TimeoutError):
        Script(operation("notStarted", 202)).client().users.begin_erase("ann").result(timeout=-1)


def test_long_work_in_async_programs_is_the_same() -> None:
    async def erase() -> str:
        script = Script(operation("notStarted", 202), operation("running"), operation("succeeded"))
        async with parley.aio.ParleyClient(ENDPOINT, "key", transport=httpx.MockTransport(script)) as client:
            poller = await client.users.begin_erase("ann@example.com")
            assert not await poller.done()
            return (await poller.result()).status

    assert asyncio.run(erase()) == "succeeded"


def test_a_credential_may_be_asked_for_each_time() -> None:
    tokens: Iterator[str] = iter("ab")
    script = Script(meeting(), meeting())
    client = script.client(lambda: next(tokens))
    client.meetings.get("weekly")
    client.meetings.get("weekly")
    assert [request.headers["authorization"] for request in script.requests] == ["Bearer a", "Bearer b"]


@pytest.mark.parametrize("secret", [SECRETS[0], SECRETS])
def test_a_genuine_message_is_an_event(secret: str | list[str]) -> None:
    headers = signed_headers("evt_1", datetime.now(UTC), EVENT, SECRETS[:1])
    event = parley.verify_webhook(EVENT, {name.title(): value for name, value in headers.items()}, secret)
    assert isinstance(event, MeetingCreatedEvent)
    assert event.data.title == "Weekly"


def test_an_event_of_a_later_type_is_an_event_too() -> None:
    body = b'{"id": "evt_1", "type": "webhook.test", "data": {}}'
    event = parley.verify_webhook(body, signed_headers("evt_1", datetime.now(UTC), body, SECRETS), SECRETS[1])
    assert isinstance(event, parley.OtherEvent)
    assert event.type == "webhook.test"


@pytest.mark.parametrize(
    "change",
    [
        {"webhook-id": "evt_2"},
        {"webhook-timestamp": "soon"},
        {"webhook-timestamp": "٣"},
        {"webhook-signature": "v1,AAAA v2,é"},
        {"webhook-signature": ""},
    ],
)
def test_a_forged_message_is_refused(change: dict[str, str]) -> None:
    headers = signed_headers("evt_1", datetime.now(UTC), EVENT, SECRETS) | change
    with pytest.raises(parley.WebhookVerificationError):
        parley.verify_webhook(EVENT, headers, SECRETS)


@pytest.mark.parametrize("minutes", [-6, 6])
def test_a_genuine_message_of_another_time_is_refused(minutes: int) -> None:
    signed_on = datetime.now(UTC) + timedelta(minutes=minutes)
    with pytest.raises(parley.WebhookVerificationError, match="too old"):
        parley.verify_webhook(EVENT, signed_headers("evt_1", signed_on, EVENT, SECRETS), SECRETS)


def test_a_message_without_signature_or_event_is_refused() -> None:
    with pytest.raises(parley.WebhookVerificationError):
        parley.verify_webhook(EVENT, {}, SECRETS)
    with pytest.raises(parley.WebhookVerificationError):
        parley.verify_webhook(b"[]", signed_headers("evt_1", datetime.now(UTC), b"[]", SECRETS), SECRETS)
    with pytest.raises(parley.WebhookVerificationError):
        parley.verify_webhook(EVENT, signed_headers("evt_1", datetime.now(UTC), EVENT, SECRETS), "no secret")


@pytest.mark.parametrize("client", [parley.ParleyClient, parley.aio.ParleyClient])
@pytest.mark.parametrize("endpoint", [None, "", "meet.example", "https://"])
def test_a_client_without_an_endpoint_says_at_once_what_it_needs(client: Callable[..., Any], endpoint: object) -> None:
    with pytest.raises(parley.InvalidEndpointError, match=r"https://meet\.example\.com"):
        client(endpoint, "key")
