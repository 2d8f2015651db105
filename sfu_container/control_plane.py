"""The node's calls to the control plane's internal API.

ControlPlaneError
├── ControlPlaneTimeoutError
└── RequestRefusedError
"""

from __future__ import annotations

import time
from types import TracebackType
from typing import Self

import aiohttp
import jwt
from pydantic import ValidationError

from parley_protocol.grants import SERVICE_AUDIENCE
from parley_protocol.nodes import NodeEvents, NodeLease, NodeReport

TOKEN_LIFE_SECONDS = 120
ISSUER = "parley-node"
REQUEST_TIMEOUT_SECONDS = 5.0
MAX_ERROR_CHARACTERS = 200
REFUSALS_OF_BODIES = frozenset({400, 413, 422})


class ControlPlaneError(Exception):
    """The control plane could not be reached, or refused, or answered what cannot be read."""


class ControlPlaneTimeoutError(ControlPlaneError):
    """No answer came in time; what was asked may have been done."""


class RequestRefusedError(ControlPlaneError):
    """The control plane will not take this body, however often it is sent."""


class ControlPlane:
    """Speaks to `PUT /internal/nodes/{id}` and `POST /internal/nodes/{id}/events`."""

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

    async def _call(self, method: str, url: str, body: str) -> bytes:
        assert self._session is not None, "use ControlPlane as a context manager"
        headers = {"Authorization": f"Bearer {self._token()}", "Content-Type": "application/json"}
        try:
            async with self._session.request(method, url, data=body, headers=headers) as response:
                text = await response.read()
                if response.status >= 300:
                    detail = text[:MAX_ERROR_CHARACTERS].decode(errors="replace")
                    kind = RequestRefusedError if response.status in REFUSALS_OF_BODIES else ControlPlaneError
                    raise kind(f"{method} answered {response.status}: {detail}")
                return text
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
