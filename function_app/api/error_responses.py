"""Every error as the API shows it: `{error: {code, message, target, details}}`, and the code in x-ms-error-code too."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.requests import Request

from function_app.api.models import ErrorBody, ErrorDetailBody, ErrorResponse
from function_app.errors import ApiError, ErrorDetail, InvalidRequestError, MethodNotAllowedError, NotFoundError
from function_app.rate_limits.headers import rate_limit_headers
from function_app.rate_limits.limits import ActionLimitedError

_MAXIMUM_DETAILS = 50
_LONGEST_PATTERN_SHOWN = 100
_BY_STATUS: Mapping[int, type[ApiError]] = {404: NotFoundError, 405: MethodNotAllowedError}

Headers = dict[str, str]

DOCUMENTED_ERRORS: dict[int | str, dict[str, Any]] = {
    "default": {"model": ErrorResponse, "description": "An error; `error.code` says which."}
}
"""The `responses` of every operation."""


def error_headers(error: ApiError) -> Headers:
    """What of the error is told in headers, in whatever shape its body is."""
    headers: Headers = {"x-ms-error-code": error.code}
    if error.retry_after is not None:
        headers["Retry-After"] = str(error.retry_after)
    if error.status == HTTPStatus.UNAUTHORIZED:
        headers["WWW-Authenticate"] = "Bearer"
    if isinstance(error, ActionLimitedError):
        headers |= rate_limit_headers(error.levels)
    return headers


def error_response(error: ApiError) -> JSONResponse:
    details = [ErrorDetailBody(code=item.code, target=item.target, message=item.message) for item in error.details]
    body = ErrorResponse(
        error=ErrorBody(
            code=error.code,
            message=error.message,
            target=error.target,
            details=details or None,
            opens_on=error.opens_on,
            starts_on=error.starts_on,
        )
    )
    content = body.model_dump(mode="json", by_alias=True, exclude_none=True)
    return JSONResponse(content, status_code=error.status, headers=error_headers(error))


def add_error_handlers(application: FastAPI) -> None:
    @application.exception_handler(ApiError)
    async def api_error(_: Request, error: ApiError) -> JSONResponse:
        return error_response(error)

    @application.exception_handler(RequestValidationError)
    async def invalid(_: Request, error: RequestValidationError) -> JSONResponse:
        return error_response(invalid_request(error.errors()))

    @application.exception_handler(HTTPException)
    async def framework_error(_: Request, error: HTTPException) -> JSONResponse:
        response = error_response(_BY_STATUS.get(error.status_code, InvalidRequestError)())
        if allow := (error.headers or {}).get("Allow"):
            response.headers["Allow"] = allow
        return response


def invalid_request(problems: Sequence[Mapping[str, Any]]) -> InvalidRequestError:
    """The error that names every field which pydantic finds wrong."""
    details = [
        ErrorDetail("InvalidParameter", _target(problem["loc"]), _message(problem))
        for problem in problems[:_MAXIMUM_DETAILS]
    ]
    return InvalidRequestError(target=details[0].target if len(details) == 1 else None, details=details)


def _message(problem: Mapping[str, Any]) -> str:
    """Pydantic's own words, but for those that speak of Python, or show a pattern that nobody reads."""
    context = problem.get("ctx", {})
    match problem["type"]:
        case "json_invalid":
            return f"The body is not JSON: {context['error']} at character {problem['loc'][-1]}."
        case "missing" if tuple(problem["loc"]) == ("body",):
            return "The request needs a body in JSON."
        case "value_error":
            words = str(context["error"])
            return f"{words[:1].upper()}{words[1:]}."
        case "string_pattern_mismatch" if len(context["pattern"]) > _LONGEST_PATTERN_SHOWN:
            return "It does not have the right form; the OpenAPI document has the form and an example."
    return str(problem["msg"])


def _target(location: Sequence[str | int]) -> str:
    """A field of the body as a JSON pointer (RFC 6901), anything else by its name."""
    place, *path = location
    if place != "body":
        return str(path[-1]) if path else str(place)
    if len(path) == 1 and isinstance(path[0], int):
        return ""  # The body is not JSON at all; the number is the position of the mistake.
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in path)
