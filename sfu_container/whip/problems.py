"""What can be wrong with a WHIP or WHEP request, as a status and a problem statement (RFC 9457)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from http import HTTPStatus

from aiohttp import web

from parley_protocol.errors import ErrorCode
from sfu_container.errors import SignallingFailure

STATUS_OF_CODE: Mapping[ErrorCode, HTTPStatus] = {
    ErrorCode.INVALID_OFFER: HTTPStatus.BAD_REQUEST,
    ErrorCode.MALFORMED_MESSAGE: HTTPStatus.BAD_REQUEST,
    ErrorCode.NOT_ALLOWED: HTTPStatus.FORBIDDEN,
    ErrorCode.PEER_NOT_FOUND: HTTPStatus.NOT_FOUND,
    ErrorCode.PARTICIPANT_NOT_FOUND: HTTPStatus.NOT_FOUND,
    ErrorCode.UNSUPPORTED_OFFER: HTTPStatus.UNPROCESSABLE_ENTITY,
    ErrorCode.SLOT_NOT_FOUND: HTTPStatus.UNPROCESSABLE_ENTITY,
    ErrorCode.TOO_MANY_REQUESTS: HTTPStatus.TOO_MANY_REQUESTS,
    ErrorCode.NODE_FULL: HTTPStatus.SERVICE_UNAVAILABLE,
    ErrorCode.NODE_DRAINING: HTTPStatus.SERVICE_UNAVAILABLE,
}
RETRY_SECONDS = 2
RETRIED = frozenset({HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE})


class ProblemError(Exception):
    """An expected failure: it is answered with its status and code, and nothing else happens."""

    def __init__(self, status: int, code: str, message: str, *, retry_after: str | None = None) -> None:
        super().__init__(message)
        self.status = HTTPStatus(status)
        self.code = code
        self._retry_after = retry_after

    @classmethod
    def of(cls, failure: SignallingFailure) -> ProblemError:
        """What the rooms refuse; a code that no client of ours can cause here is the node's own trouble."""
        status = STATUS_OF_CODE.get(failure.code, HTTPStatus.SERVICE_UNAVAILABLE)
        return cls(status, failure.code, str(failure))

    def response(self) -> web.Response:
        body = {"title": self.status.phrase, "status": int(self.status), "code": self.code, "detail": str(self)}
        headers = {"x-ms-error-code": self.code}
        if self.status in RETRIED:
            headers["Retry-After"] = self._retry_after or str(RETRY_SECONDS)
        if self.status is HTTPStatus.UNAUTHORIZED:
            headers["WWW-Authenticate"] = "Bearer"
        return web.Response(
            status=self.status,
            text=json.dumps(body),
            content_type="application/problem+json",
            headers=headers,
        )
