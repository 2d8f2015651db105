"""`/regions`: where sessions can be carried."""

from __future__ import annotations

from typing import Literal

from fastapi import APIRouter, Depends

from function_app.api.credentials import ServicesOf, tenant_of
from function_app.api.models import Response

router = APIRouter(tags=["platform"])


class Region(Response):
    name: str
    """As in `regions` of a meeting's settings."""
    status: Literal["available", "full"]
    """`full`: no node there takes a new session now."""


class RegionList(Response):
    value: list[Region]
    """By name; only regions where a node lives."""


@router.get("/regions", operation_id="listRegions", dependencies=[Depends(tenant_of)])
async def list_regions(services: ServicesOf) -> RegionList:
    """The regions that have nodes now."""
    regions = await services.controller.regions()
    return RegionList(
        value=[Region(name=name, status="available" if regions[name] else "full") for name in sorted(regions)]
    )
