"""`/readyz`: whether the control plane can do its work, and if not, what is missing."""

from __future__ import annotations

from http import HTTPStatus
from typing import Literal

from fastapi import APIRouter
from starlette.responses import JSONResponse

from function_app.api.credentials import ServicesOf
from function_app.api.models import Response

router = APIRouter(tags=["platform"])


class DependencyStatus(Response):
    name: str
    status: Literal["up", "down"]
    milliseconds: int
    """How long it took to find out."""


class ReadinessStatus(Response):
    """`degraded`: something is down that we can do without for a while."""

    status: Literal["ready", "degraded", "unavailable"]
    dependencies: list[DependencyStatus]


@router.get(
    "/readyz",
    operation_id="getReadiness",
    response_model=ReadinessStatus,
    responses={503: {"model": ReadinessStatus, "description": "Something is down that nothing works without."}},
)
async def get_readiness(services: ServicesOf) -> JSONResponse:
    """What is up and what is down of all that the control plane depends on; at most a second old."""
    findings = await services.readiness.findings()
    missing = [finding.dependency for finding in findings if not finding.up]
    unavailable = any(dependency.needed for dependency in missing)
    body = ReadinessStatus(
        status="unavailable" if unavailable else "degraded" if missing else "ready",
        dependencies=[
            DependencyStatus(
                name=finding.dependency.name,
                status="up" if finding.up else "down",
                milliseconds=finding.milliseconds,
            )
            for finding in findings
        ],
    )
    status = HTTPStatus.SERVICE_UNAVAILABLE if unavailable else HTTPStatus.OK
    return JSONResponse(body.model_dump(mode="json", by_alias=True), status)
