"""`/tenants/me/auditLog`: what was done on behalf of the tenant."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query

from function_app.api.continuation import MAXIMUM_LENGTH, PARAMETER
from function_app.api.credentials import Administrator, ServicesOf
from function_app.api.models import Response
from function_app.stores.audit import AuditFilter
from function_app.tenants.callers import Actor
from function_app.timestamps import Moment, Timestamp, rfc3339

DEFAULT_PAGE_SIZE = 50
MAXIMUM_PAGE_SIZE = 200
_MAXIMUM_NAME_LENGTH = 128

router = APIRouter(tags=["tenants"])

Name = Annotated[str | None, Query(max_length=_MAXIMUM_NAME_LENGTH, pattern=r"^[A-Za-z0-9_-]+$")]


class AuditEntryResource(Response):
    id: str
    occurred_on: Timestamp
    actor: Actor
    action: str
    """The operation, by its `operationId` in the OpenAPI document."""
    target: dict[str, str]
    """The ids of what it was done to, by their kind: `meeting`, `webhook`, `apiKey` …"""


class AuditLog(Response):
    value: list[AuditEntryResource]
    """Newest first."""
    next_link: str | None = None
    """The address of the page of older ones; absent on the last one."""


@router.get("/tenants/me/auditLog", operation_id="listAuditLog", response_model_exclude_none=True)
async def list_audit_log(
    caller: Administrator,
    services: ServicesOf,
    since: Annotated[Moment | None, Query(description="The first moment.")] = None,
    until: Annotated[Moment | None, Query(description="The first moment that is not wanted.")] = None,
    actor: Name = None,
    action: Name = None,
    size: Annotated[int, Query(alias="maxpagesize", ge=1, le=MAXIMUM_PAGE_SIZE)] = DEFAULT_PAGE_SIZE,
    continuation: Annotated[str | None, Query(alias=PARAMETER, max_length=MAXIMUM_LENGTH)] = None,
) -> AuditLog:
    """Every administrative act of the tenant's credentials: who, when, what, and to what, by ids only."""
    chosen = _chosen(since, until, actor, action)
    listing = (caller.tenant, "auditLog", *(f"{name}={value}" for name, value in chosen.items()))
    inner = services.continuations.open(listing, continuation) if continuation else None
    wanted = AuditFilter(since, until, actor, action)
    entries, following = await services.audit.page(caller.tenant, wanted, size, inner)
    next_link = None
    if following:
        query = {"maxpagesize": size, **chosen, PARAMETER: services.continuations.seal(listing, following)}
        next_link = f"{services.settings.public_url}/tenants/me/auditLog?{urlencode(query)}"
    value = [AuditEntryResource(**entry.model_dump(include=set(AuditEntryResource.model_fields))) for entry in entries]
    return AuditLog(value=value, next_link=next_link)


def _chosen(since: datetime | None, until: datetime | None, actor: str | None, action: str | None) -> dict[str, str]:
    """The filter as it stands in the address."""
    times = {name: rfc3339(moment) for name, moment in (("since", since), ("until", until)) if moment}
    return times | {name: text for name, text in (("actor", actor), ("action", action)) if text}
