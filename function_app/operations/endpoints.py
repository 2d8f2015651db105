"""`/users/{uid}:erase`, and `/operations`: how far long work has come. For credentials with the role `admin`."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path
from starlette.responses import Response as HttpResponse

from function_app.api.credentials import Administrator, ServicesOf
from function_app.api.models import Response
from function_app.operations.documents import Operation, OperationStatus
from function_app.timestamps import Timestamp
from parley_protocol.ids import OperationId, UserId

ASK_AGAIN_SECONDS = 5

_RETRY_AFTER = {"description": "Seconds after which to look again.", "schema": {"type": "integer"}}
_LOCATION = {"description": "The address of the operation.", "schema": {"type": "string"}}

router = APIRouter()


class OperationResource(Response):
    id: OperationId
    kind: Literal["eraseUser"]
    status: OperationStatus
    percent_complete: int
    created_on: Timestamp
    updated_on: Timestamp


_BEGUN: dict[int | str, dict[str, Any]] = {
    202: {
        "model": OperationResource,
        "description": "It has begun, or was under way.",
        "headers": {"Operation-Location": _LOCATION, "Retry-After": _RETRY_AFTER},
    }
}


@router.post("/users/{uid:path}:erase", operation_id="eraseUser", status_code=202, responses=_BEGUN, tags=["users"])
async def erase_user(
    caller: Administrator, services: ServicesOf, user: Annotated[UserId, Path(alias="uid")]
) -> HttpResponse:
    """Erases what is kept of one of the tenant's users in all meetings: names, chat messages, attendance.

    Whoever is in a session is taken out of it first. That somebody was there, and when, stays; who it was does not.
    Safe to repeat.
    """
    operation = await services.operations.erase_user(caller, user)
    location = f"{services.settings.public_url}/operations/{operation.id}"
    return _shown(operation, 202, {"Operation-Location": location})


@router.get(
    "/operations/{opId}",
    operation_id="getOperation",
    responses={200: {"model": OperationResource, "headers": {"Retry-After": _RETRY_AFTER}}},
    tags=["operations"],
)
async def get_operation(
    caller: Administrator, services: ServicesOf, operation: Annotated[OperationId, Path(alias="opId")]
) -> HttpResponse:
    """How far it has come; `Retry-After` says when to look again, while it is under way."""
    return _shown(await services.operations.get(caller.tenant, operation), 200, {})


def _shown(operation: Operation, status: int, headers: dict[str, str]) -> HttpResponse:
    resource = OperationResource(
        id=operation.id,
        kind=operation.kind,
        status=operation.status,
        percent_complete=operation.percent,
        created_on=operation.created_on,
        updated_on=operation.updated_on,
    )
    if not operation.has_ended:
        headers = {**headers, "Retry-After": str(ASK_AGAIN_SECONDS)}
    body = resource.model_dump_json(by_alias=True)
    return HttpResponse(body, status_code=status, headers=headers, media_type="application/json")
