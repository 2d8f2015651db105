"""`/tenants/me/auditLog`: what was done on behalf of the tenant."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from function_app.api.credentials import Administrator, ServicesOf
from function_app.api.models import Response
from function_app.api.paging import DEFAULT_PAGE_SIZE, ContinuationToken, PageSize, Paging
from function_app.stores.audit import AuditFilter
from function_app.tenants.callers import Actor
from function_app.timestamps import Moment, Timestamp, rfc3339

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
    size: PageSize = DEFAULT_PAGE_SIZE,
    continuation: ContinuationToken = None,
) -> AuditLog:
    """Every administrative act of the tenant's credentials: who, when, what, and to what, by ids only."""
    times = {name: rfc3339(moment) for name, moment in (("since", since), ("until", until)) if moment}
    query = {**times, "actor": actor, "action": action}
    paging = Paging(services, "/tenants/me/auditLog", (caller.tenant, "auditLog"), size, continuation, **query)
    wanted = AuditFilter(since, until, actor, action)
    entries, following = await services.audit.page(caller.tenant, wanted, size, paging.continuation)
    value = [AuditEntryResource(**entry.model_dump(include=set(AuditEntryResource.model_fields))) for entry in entries]
    return AuditLog(value=value, next_link=paging.next_link(following))
