"""What may go wrong.

ParleyError
├── ApiError                       the API has answered with an error; `code` says which
│   ├── InvalidRequestError        400, 413, 422
│   ├── AuthenticationError        401
│   ├── ForbiddenError             403
│   ├── NotFoundError              404
│   ├── ConflictError              409
│   ├── PreconditionFailedError    412
│   ├── NotModifiedError           304: you have this version already
│   ├── TooManyRequestsError       429
│   └── ServerError                500 and above
├── InvalidEndpointError           what was given as the platform's origin is none
├── NoAnswerError                  the API was not reached, or its answer did not come
├── UnexpectedAnswerError          the answer is not what this version of the SDK knows
├── OperationFailedError           long work has ended without success
└── WebhookVerificationError       a message is not from Parley, or too old
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus

import httpx


class ParleyError(Exception):
    """Anything that this package raises."""


class InvalidEndpointError(ParleyError, ValueError):
    """What was given as the platform's origin is none: it is missing, or no address of http or https."""


class NoAnswerError(ParleyError):
    """The API was not reached, or its answer did not come in time."""


class UnexpectedAnswerError(ParleyError):
    """The answer is not what this version of the SDK knows."""


class OperationFailedError(ParleyError):
    """Long work has ended without success."""


class WebhookVerificationError(ParleyError):
    """A message is not from Parley, or too old."""


@dataclass(frozen=True)
class ErrorDetail:
    """One wrong field: `target` is its JSON pointer in the body, or the name of a parameter."""

    code: str
    target: str
    message: str


class ApiError(ParleyError):
    """The API has answered with an error."""

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        *,
        target: str | None = None,
        details: tuple[ErrorDetail, ...] = (),
        request_id: str | None = None,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(f"{code}: {message}")
        self.status = status
        self.code = code
        """Stable: this is what to decide by."""
        self.message = message
        self.target = target
        self.details = details
        self.request_id = request_id
        """What to name when asking for help."""
        self.retry_after = retry_after
        """Seconds after which to try again."""


class InvalidRequestError(ApiError):
    """The request is wrong; `details` names the fields."""


class AuthenticationError(ApiError):
    """The credential is missing, wrong, or not valid any more."""


class ForbiddenError(ApiError):
    """The credential does not allow that."""


class NotFoundError(ApiError):
    """There is no such thing, or it is another tenant's."""


class ConflictError(ApiError):
    """The present state does not allow that."""


class PreconditionFailedError(ApiError):
    """The resource has changed since the version that `if_match` names, or is there already."""


class NotModifiedError(ApiError):
    """The resource has not changed since the version that `if_none_match` names."""


class TooManyRequestsError(ApiError):
    """A rate limit is used up."""


class ServerError(ApiError):
    """The API cannot do it now."""


_BY_STATUS: Mapping[int, type[ApiError]] = {
    HTTPStatus.NOT_MODIFIED: NotModifiedError,
    HTTPStatus.UNAUTHORIZED: AuthenticationError,
    HTTPStatus.FORBIDDEN: ForbiddenError,
    HTTPStatus.NOT_FOUND: NotFoundError,
    HTTPStatus.CONFLICT: ConflictError,
    HTTPStatus.PRECONDITION_FAILED: PreconditionFailedError,
    HTTPStatus.TOO_MANY_REQUESTS: TooManyRequestsError,
}


def error_of(response: httpx.Response) -> ApiError:
    """The error that an answer is which is not a success."""
    status = response.status_code
    general = ServerError if status >= HTTPStatus.INTERNAL_SERVER_ERROR else InvalidRequestError
    body = _error_in(response)
    return _BY_STATUS.get(status, general)(
        status,
        str(body.get("code") or response.headers.get("x-ms-error-code") or f"Http{status}"),
        str(body.get("message") or response.reason_phrase),
        target=str(body["target"]) if body.get("target") else None,
        details=tuple(_details(body.get("details"))),
        request_id=response.headers.get("x-ms-request-id"),
        retry_after=retry_after(response),
    )


def retry_after(response: httpx.Response) -> float | None:
    """The seconds in the header Retry-After."""
    try:
        return max(0.0, float(response.headers["retry-after"]))
    except (KeyError, ValueError):
        return None


def _error_in(response: httpx.Response) -> Mapping[str, object]:
    """What the body says; nothing where something on the way has answered instead of the API."""
    try:
        body = response.json()
    except ValueError:
        return {}
    error = body.get("error") if isinstance(body, dict) else None
    return error if isinstance(error, dict) else {}


def _details(details: object) -> list[ErrorDetail]:
    given = details if isinstance(details, list) else []
    names = ("code", "target", "message")
    return [ErrorDetail(*(str(one.get(name, "")) for name in names)) for one in given if isinstance(one, dict)]
