"""The node's calls to the control plane's internal API.

ControlPlaneError
├── ControlPlaneTimeoutError
├── RequestRefusedError
└── JoinRefusedError
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from http import HTTPStatus
from types import TracebackType
from typing import Self

import aiohttp
import jwt
from pydantic import BaseModel, TypeAdapter, ValidationError

from parley_protocol.grants import SERVICE_AUDIENCE
from parley_protocol.nodes import (
    Admitted,
    Elsewhere,
    NodeEvents,
    NodeJoin,
    NodeJoinAnswer,
    NodeLease,
    NodeReport,
)

TOKEN_LIFE_SECONDS = 120
ISSUER = "parley-node"
REQUEST_TIMEOUT_SECONDS = 5.0
MAX_ERROR_CHARACTERS = 200
REFUSALS_OF_BODIES = frozenset({400, 413, 422})
REFUSALS_OF_JOINS = frozenset({401, 403, 404, 409, 423, 429, 503})
"""What the one who wants to join is told as it is; anything else is between the node and the control plane."""

_JOIN_ANSWER: TypeAdapter[Admitted | Elsewhere] = TypeAdapter(NodeJoinAnswer)


class ControlPlaneError(Exception):
    """The control plane could not be reached, or refused, or answered what cannot be read."""


class ControlPlaneTimeoutError(ControlPlaneError):
    """No answer came in time; what was asked may have been done."""


class RequestRefusedError(ControlPlaneError):
    """The control plane will not take this body, however often it is sent."""


class JoinRefusedError(ControlPlaneError):
    """The control plane does not let this user in, and says why."""

    def __init__(self, status: int, code: str, message: str, retry_after: str | None) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.retry_after = retry_after
        """Seconds, as the header says it."""


class _ErrorBody(BaseModel):
    code: str
    message: str


class _ErrorAnswer(BaseModel):
    """The shape of the API's errors."""

    error: _ErrorBody


@dataclass(frozen=True, slots=True)
class _Answer:
    status: int
    body: bytes
    retry_after: str | None


class ControlPlane:
    """Speaks to `PUT /internal/nodes/{id}` and to `events` and `joins` below it."""

    def __init__(self, url: str, service_key: str, node: str) -> None:
        self._url = f"{url.rstrip('/')}/internal/nodes/{node}"
        self._service_key = service_key
        self._node = node
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=REQUEST_TIMEOUT_SECONDS))
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._session is not None:
            await self._session.close()

    async def register(self, report: NodeReport) -> NodeLease:
        """Register, or send a heartbeat. Raises ControlPlaneError."""
        body = await self._call("PUT", self._url, report.model_dump_json(by_alias=True))
        try:
            return NodeLease.model_validate_json(body)
        except ValidationError as error:
            raise ControlPlaneError(f"the lease cannot be read: {error.error_count()} errors") from None

    async def post_events(self, events: NodeEvents) -> None:
        """Report what happened to Peers. Raises ControlPlaneError."""
        await self._call("POST", f"{self._url}/events", events.model_dump_json(by_alias=True))

    async def join(self, token: str) -> Admitted | Elsewhere:
        """Let the user of a join token in. Raises ControlPlaneError; as JoinRefusedError with what the user is told."""
        request = NodeJoin(token=token)
        answer = await self._exchange("POST", f"{self._url}/joins", request.model_dump_json(by_alias=True))
        try:
            if answer.status in REFUSALS_OF_JOINS:
                error = _ErrorAnswer.model_validate_json(answer.body).error
                raise JoinRefusedError(answer.status, error.code, error.message, answer.retry_after)
            if answer.status == HTTPStatus.OK:
                return _JOIN_ANSWER.validate_json(answer.body)
        except ValidationError as error:
            raise ControlPlaneError(f"the answer cannot be read: {error.error_count()} errors") from None
        raise ControlPlaneError(f"POST answered {answer.status}")

    async def _call(self, method: str, url: str, body: str) -> bytes:
        answer = await self._exchange(method, url, body)
        if answer.status >= 300:
            detail = answer.body[:MAX_ERROR_CHARACTERS].decode(errors="replace")
            kind = RequestRefusedError if answer.status in REFUSALS_OF_BODIES else ControlPlaneError
            raise kind(f"{method} answered {answer.status}: {detail}")
        return answer.body

    async def _exchange(self, method: str, url: str, body: str) -> _Answer:
        assert self._session is not None, "use ControlPlane as a context manager"
        headers = {"Authorization": f"Bearer {self._token()}", "Content-Type": "application/json"}
        try:
            async with self._session.request(method, url, data=body, headers=headers) as response:
                return _Answer(response.status, await response.read(), response.headers.get("Retry-After"))
        except TimeoutError:
            raise ControlPlaneTimeoutError(f"{method} was not answered in {REQUEST_TIMEOUT_SECONDS:g} s") from None
        except (aiohttp.ClientError, OSError) as error:
            raise ControlPlaneError(f"{method} failed: {error or type(error).__name__}") from None

    def _token(self) -> str:
        now = int(time.time())
        claims = {
            "iss": ISSUER,
            "sub": self._node,
            "aud": SERVICE_AUDIENCE,
            "iat": now,
            "exp": now + TOKEN_LIFE_SECONDS,
        }
        return jwt.encode(claims, self._service_key, algorithm="HS256")
