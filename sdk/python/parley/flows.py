"""What the clients do, without doing it: a flow yields each request with the wait before it, and is sent the outcome.

The sync and the async driver run the same flows, so retries, paging and polling are written once.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Generator
from dataclasses import dataclass, replace
from functools import cache
from itertools import count
from typing import Any, Generic, TypeVar
from urllib.parse import parse_qsl, urlsplit

import httpx
from pydantic import TypeAdapter, ValidationError

from parley.call import Call
from parley.errors import (
    InvalidEndpointError,
    NoAnswerError,
    OperationFailedError,
    UnexpectedAnswerError,
    error_of,
    retry_after,
)
from parley.models import API_VERSION
from parley.retries import Outcome, Retries

T = TypeVar("T")

Credential = str | Callable[[], str]
"""An API key, an access token or a join token; or what gives the one of the moment, quickly."""

_POLL_SECONDS = 2.0
_RUNNING = frozenset({"notStarted", "running"})


@dataclass(frozen=True)
class Step:
    """Send this request, `after` so many seconds."""

    request: httpx.Request
    after: float = 0.0


Flow = Generator[Step, Outcome, T]


def origin_of(endpoint: object) -> str:
    """The endpoint without slashes at its end. Raises InvalidEndpointError, as for a setting that is not there."""
    if isinstance(endpoint, str) and re.match("https?://[^/]", endpoint):
        return endpoint.rstrip("/")
    given = repr(endpoint) if isinstance(endpoint, str) else type(endpoint).__name__
    expected = "endpoint must be the platform's origin, such as https://meet.example.com"
    raise InvalidEndpointError(f"{expected}; it is {given}")


@dataclass(frozen=True)
class Page(Generic[T]):
    items: list[T]
    continuation_token: str | None
    """For `by_page`, to go on after this page later; None on the last one."""


@dataclass(frozen=True)
class Conversation:
    """Whom the client talks to, as whom, and how patiently. `timeout` is for one attempt, in seconds."""

    endpoint: str
    credential: Credential
    retries: Retries
    timeout: float

    def answer(self, call: Call, after: float = 0.0) -> Flow[httpx.Response]:
        """The answer to the call, which is made `after` so many seconds. Raises ApiError and NoAnswerError."""
        for attempt in count():
            outcome = yield Step(self._request(call), after)
            delay = self.retries.delay(outcome, attempt, repeatable=call.repeatable)
            if delay is None:
                break
            after = delay
        if isinstance(outcome, httpx.TransportError):
            raise NoAnswerError(f"{call.method} {call.path}: {outcome}") from outcome
        if not outcome.is_success:
            raise error_of(outcome)
        return outcome

    def parsed(self, call: Call, kind: type[T]) -> Flow[T]:
        """The answer as a model."""
        model: T = yield from self.one_of(call, kind)
        return model

    def one_of(self, call: Call, kind: Any) -> Flow[Any]:
        """The answer as the one that it is of a union of models."""
        return _read(kind, _json((yield from self.answer(call))))

    def page(self, call: Call, kind: type[T], continuation: str | None) -> Flow[Page[T]]:
        """The list's first page, or the one that the continuation stands for: another query of the same list.

        So wherever a token has been meanwhile, it leads the credential nowhere else.
        """
        if continuation:
            call = replace(call, query=dict(parse_qsl(continuation)))
        response = yield from self.answer(call)
        body = _json(response)
        following = body.get("nextLink")
        items = [_read(kind, item) for item in body.get("value", ())]
        return Page(items, urlsplit(following).query if following else None)

    def begun(self, call: Call, kind: type[T]) -> Flow[Work[T]]:
        """The long work that the call begins."""
        response = yield from self.answer(call)
        address = _at_endpoint(response.headers["operation-location"])
        return Work(_read(kind, _json(response)), address, _pause(response))

    def look(self, work: Work[T], after: float = 0.0) -> Flow[Work[T]]:
        """How the work stands, `after` so many seconds."""
        response = yield from self.answer(Call("GET", work.address), after)
        return Work(_read(type(work.state), _json(response)), work.address, _pause(response))

    def finished(self, work: Work[T], timeout: float | None = None) -> Flow[Work[T]]:
        """The work when it has ended. Raises TimeoutError, after which it goes on all the same."""
        until = None if timeout is None else time.monotonic() + timeout
        while work.is_running:
            if until is not None and time.monotonic() + work.pause > until:
                raise TimeoutError(f"{work.address} is still running")
            work = yield from self.look(work, work.pause)
        return work

    def _request(self, call: Call) -> httpx.Request:
        credential = self.credential if isinstance(self.credential, str) else self.credential()
        headers = {name: value for name, value in call.headers.items() if value is not None}
        headers |= {"Authorization": f"Bearer {credential}", "Accept": "application/json, text/*;q=0.5"}
        if call.content is not None:
            headers["Content-Type"] = "application/json"
        return httpx.Request(
            call.method,
            httpx.URL(self.endpoint + call.path).copy_merge_params({"api-version": API_VERSION, **call.parameters()}),
            headers=headers,
            content=None if call.content is None else call.content.json_body(),
            extensions={"timeout": httpx.Timeout(self.timeout).as_dict()},
        )


@dataclass(frozen=True)
class Work(Generic[T]):
    """Long work: its resource as it was last seen, and where to look again after `pause` seconds."""

    state: T
    address: str
    pause: float

    @property
    def status(self) -> str:
        return str(getattr(self.state, "status", ""))

    @property
    def is_running(self) -> bool:
        return self.status in _RUNNING

    def succeeded(self) -> T:
        """Raises OperationFailedError when it has not."""
        if self.status != "succeeded":
            raise OperationFailedError(f"{self.address} is {self.status}")
        return self.state


@cache
def _adapter(kind: Any) -> TypeAdapter[Any]:
    return TypeAdapter(kind)


def _read(kind: Any, value: object) -> Any:
    """What later versions of the API add to answers is ignored."""
    try:
        return _adapter(kind).validate_python(value, extra="ignore")
    except ValidationError as error:
        raise UnexpectedAnswerError(str(error)) from error


def _json(response: httpx.Response) -> Any:
    try:
        return response.json()
    except ValueError as error:
        raise UnexpectedAnswerError(f"{response.url.path} did not answer with JSON") from error


def _at_endpoint(link: str) -> str:
    """The link's path and query: the credential goes nowhere but to the endpoint."""
    parts = urlsplit(link)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def _pause(response: httpx.Response) -> float:
    asked = retry_after(response)
    return _POLL_SECONDS if asked is None else asked
