"""The key by which a repeated POST is known, under either of its names."""

from __future__ import annotations

from typing import Annotated, NamedTuple

from fastapi import Depends, Header

from function_app.errors import InvalidRequestError

IDEMPOTENCY = "Idempotency-Key"
REPEATABILITY = "Repeatability-Request-ID"
_MAXIMUM_LENGTH = 200


class RequestKey(NamedTuple):
    """The key, and the header in which it came."""

    value: str
    header: str


async def idempotency_key(
    idempotency_key: Annotated[
        str | None,
        Header(
            min_length=1,
            max_length=_MAXIMUM_LENGTH,
            description="The same key and body within 24 hours get the first answer again.",
        ),
    ] = None,
    repeatability_request_id: Annotated[
        str | None,
        Header(
            alias=REPEATABILITY,
            min_length=1,
            max_length=_MAXIMUM_LENGTH,
            description="The same as `Idempotency-Key`, by its name in OASIS Repeatable Requests 1.0.",
        ),
    ] = None,
) -> RequestKey | None:
    """Raises InvalidRequestError when the two say different things."""
    if idempotency_key and repeatability_request_id and idempotency_key != repeatability_request_id:
        raise InvalidRequestError.parameter(REPEATABILITY, f"It is another key than that in {IDEMPOTENCY}.")
    if idempotency_key:
        return RequestKey(idempotency_key, IDEMPOTENCY)
    return RequestKey(repeatability_request_id, REPEATABILITY) if repeatability_request_id else None


IdempotencyKey = Annotated[RequestKey | None, Depends(idempotency_key)]
