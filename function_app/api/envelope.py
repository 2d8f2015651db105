"""What surrounds every request: its id and trace, limits on its body and time, its log line, the answer to a bug."""

from __future__ import annotations

import asyncio
import logging
import re
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from http import HTTPStatus

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from ulid import ULID

from function_app.api.error_responses import error_response
from function_app.errors import (
    ApiError,
    InternalError,
    RequestNotReceivedError,
    RequestTimedOutError,
    RequestTooLargeError,
)
from function_app.telemetry.traces import TraceContext, Traces

MAXIMUM_BODY_BYTES = 64 * 1024
MAXIMUM_NODE_BODY_BYTES = 1024 * 1024
"""For what nodes report: up to 10,000 sessions, or 1,000 events."""

LONGEST_BODY_SECONDS = 20.0
"""How long a request may take to come in."""
LONGEST_REQUEST_SECONDS = 40.0
"""How long it may take to be done; each service behind has a shorter limit of its own."""

_NODES = "/internal/nodes/"
_QUIET = (_NODES, "/healthz", "/readyz")
"""These are called every few seconds, so only their failures are worth a line."""

_CACHEABLE = ("/docs", "/openapi.json", "/.well-known/jwks.json")
"""All else holds what is somebody's own, such as tokens, and no cache on the way may keep it."""

_SECURITY_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "Strict-Transport-Security": "max-age=31536000",
    "X-Content-Type-Options": "nosniff",
}
"""For what an answer does not say itself."""

_USER = re.compile(r"^/users/.*(?=:)", re.DOTALL)

_logger = logging.getLogger("parley.api")


class ClientGoneError(Exception):
    """The caller hung up before the request was there."""


@dataclass
class _Exchange:
    """One request on its way to its answer."""

    request_id: str
    trace: TraceContext
    path: str
    send: Send
    status: int = 0
    started: float = field(default_factory=time.monotonic)

    async def answer(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            headers = MutableHeaders(scope=message)
            headers["x-ms-request-id"] = self.request_id
            headers["traceparent"] = str(self.trace)
            for name, value in _SECURITY_HEADERS.items():
                headers.setdefault(name, value)
            if self.path not in _CACHEABLE:
                headers["Cache-Control"] = "no-store"
        await self.send(message)


class Envelope:
    """The outermost ASGI layer. Nothing is raised through it: the Functions host would hide it behind its own page."""

    def __init__(
        self,
        app: ASGIApp,
        traces: Callable[[], Traces],
        longest_body: float = LONGEST_BODY_SECONDS,
        longest_request: float = LONGEST_REQUEST_SECONDS,
    ) -> None:
        self._app = app
        self._traces = traces
        self._longest_body = longest_body
        self._longest_request = longest_request

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        with self._traces().request(scope["method"], Headers(scope=scope).get("traceparent")) as trace:
            await self._handle(scope, receive, _Exchange(str(ULID()), trace, scope["path"], send))

    async def _handle(self, scope: Scope, receive: Receive, exchange: _Exchange) -> None:
        try:
            async with _limited(self._longest_body, RequestNotReceivedError):
                body = await _read_body(scope, receive)
            async with _limited(self._longest_request, RequestTimedOutError):
                await self._app(scope, _replay(body, receive), exchange.answer)
        except ClientGoneError:
            return
        except ApiError as error:
            if not exchange.status:
                await error_response(error)(scope, receive, exchange.answer)
        except Exception:
            _logger.exception("bug request=%s path=%s", exchange.request_id, _on_one_line(exchange.path))
            await self._answer_bug(scope, receive, exchange)
        _log(scope, exchange)

    @staticmethod
    async def _answer_bug(scope: Scope, receive: Receive, exchange: _Exchange) -> None:
        if exchange.status:
            return  # The answer has begun; it cannot be taken back.
        message = f"{InternalError.explanation} Request id: {exchange.request_id}"
        await error_response(InternalError(message))(scope, receive, exchange.answer)


@asynccontextmanager
async def _limited(seconds: float, late: type[ApiError]) -> AsyncIterator[None]:
    """Raises `late` when what happens inside takes longer."""
    try:
        async with asyncio.timeout(seconds) as deadline:
            yield
    except TimeoutError:
        if deadline.expired():
            raise late from None
        raise


async def _read_body(scope: Scope, receive: Receive) -> bytes:
    """The whole body. Counted as it comes: a chunked body does not say how long it is, and another may lie."""
    limit = MAXIMUM_NODE_BODY_BYTES if scope["path"].startswith(_NODES) else MAXIMUM_BODY_BYTES
    body = bytearray()
    more = True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientGoneError
        body += message.get("body", b"")
        if len(body) > limit:
            raise RequestTooLargeError(f"The body is too large; {limit} bytes is the most.")
        more = message.get("more_body", False)
    return bytes(body)


def _replay(body: bytes, receive: Receive) -> Receive:
    """A `receive` that gives the body that was read, and then goes on as before."""
    given = False

    async def replayed() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return replayed


def _log(scope: Scope, exchange: _Exchange) -> None:
    """One line; the query is left out, as it may hold what is nobody's business."""
    milliseconds = (time.monotonic() - exchange.started) * 1000
    quiet = scope["path"].startswith(_QUIET) and exchange.status < HTTPStatus.BAD_REQUEST
    _logger.log(
        logging.DEBUG if quiet else logging.INFO,
        "request method=%s path=%s status=%d ms=%.1f request=%s",
        scope["method"],
        _on_one_line(exchange.path),
        exchange.status,
        milliseconds,
        exchange.request_id,
    )


def _on_one_line(path: str) -> str:
    """A path may hold line breaks, which would let a caller write lines of its own into the log.

    A user's id is nobody's business there.
    """
    return _USER.sub("/users/-", path).encode("unicode_escape").decode()
