"""Reading WHIP and WHEP requests: their bodies, types and preconditions."""

from __future__ import annotations

import asyncio
from http import HTTPStatus

from aiohttp import web

from sfu_container.whip.problems import ProblemError

SDP = "application/sdp"
FRAGMENT = "application/trickle-ice-sdpfrag"
MAX_BODY_BYTES = 65_536
"""As much as the control plane takes."""
BODY_SECONDS = 10.0
"""A body that comes more slowly is not waited for."""


def require_acceptable(request: web.Request) -> None:
    """Raises ProblemError when the client does not take an SDP as the answer."""
    accepted = {part.split(";")[0].strip().lower() for part in request.headers.get("Accept", "*/*").split(",")}
    if not accepted & {SDP, "application/*", "*/*"}:
        raise ProblemError(HTTPStatus.NOT_ACCEPTABLE, "NotAcceptable", f"the answer is {SDP}")


async def read_body(request: web.Request, content_type: str) -> str:
    """The body as text. Raises ProblemError for another type, for too many bytes, and for what is not UTF-8."""
    if request.content_type.lower() != content_type:
        raise ProblemError(
            HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "UnsupportedMediaType", f"the body must be {content_type}"
        )
    try:
        async with asyncio.timeout(BODY_SECONDS):
            return (await _read(request)).decode()
    except TimeoutError:
        raise ProblemError(HTTPStatus.REQUEST_TIMEOUT, "RequestTimeout", "the body came too slowly") from None
    except UnicodeDecodeError:
        raise ProblemError(HTTPStatus.BAD_REQUEST, "InvalidOffer", "the body is not UTF-8") from None


async def _read(request: web.Request) -> bytes:
    body = bytearray()
    async for chunk in request.content.iter_any():
        body += chunk
        if len(body) > MAX_BODY_BYTES:
            raise ProblemError(
                HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "RequestTooLarge", f"the body is over {MAX_BODY_BYTES} bytes"
            )
    return bytes(body)


def require_match(request: web.Request, etag: str) -> None:
    """Hold the request's If-Match against the ICE session's entity tag (RFC 9725, 4.3.1). Raises ProblemError.

    RFC 9725 writes the asterisk for "any" in quotes as well.
    """
    expected = request.headers.get("If-Match")
    if expected is None:
        message = "the request needs the header If-Match"
        raise ProblemError(HTTPStatus.PRECONDITION_REQUIRED, "PreconditionRequired", message)
    tags = {tag.strip() for tag in expected.split(",")}
    if not tags & {"*", '"*"', etag}:
        message = "the ICE session is another by now"
        raise ProblemError(HTTPStatus.PRECONDITION_FAILED, "PreconditionFailed", message)
