"""The key by which a repeated POST is known, under either of its names."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Header

from function_app.errors import InvalidRequestError

REPEATABILITY = "Repeatability-Request-ID"
_MAXIMUM_LENGTH = 200


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
) -> str | None:
    """Raises InvalidRequestError when the two say different things."""
    if idempotency_key and repeatability_request_id and idempotency_key != repeatability_request_id:
        raise InvalidRequestError.parameter(REPEATABILITY, "It is another key than that in Idempotency-Key.")
    return idempotency_key or repeatability_request_id


IdempotencyKey = Annotated[str | None, Depends(idempotency_key)]
