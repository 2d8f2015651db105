"""`/meetings`: what tenants do with their meetings."""

from __future__ import annotations

import asyncio
from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import Response

from function_app.api.conditional import ConditionsOf
from function_app.api.credentials import MeetingIdInPath, ServicesOf, Tenant
from function_app.api.idempotency import IdempotencyKey
from function_app.api.paging import DEFAULT_PAGE_SIZE, ContinuationToken, Paging
from function_app.meetings.choosing import MAXIMUM_LENGTH, Choice, Order
from function_app.meetings.content import MeetingContent, MeetingPatch
from function_app.meetings.documents import Meeting
from function_app.meetings.models import MeetingList, MeetingResource
from function_app.stores.documents import MeetingKey
from function_app.stores.meetings import Wanted
from function_app.wiring import Services

MAXIMUM_PAGE_SIZE = 100

router = APIRouter(tags=["meetings"])

Filter = Annotated[
    str | None,
    Query(
        alias="filter",
        max_length=MAXIMUM_LENGTH,
        description="Comparisons by eq, ne, gt, ge, lt and le of `title`, `createdOn`, `updatedOn`, `lobby` and "
        "`locked`, with `and` between: `title eq 'Weekly' and createdOn ge 2026-11-01T00:00:00Z`.",
        examples=["locked eq false"],
    ),
]
OrderBy = Annotated[
    str | None,
    Query(
        alias="orderby",
        description="`createdOn`, `updatedOn` or `title`, with `asc` or `desc` behind.",
        max_length=MAXIMUM_LENGTH,
        examples=["createdOn desc"],
    ),
]
IncludeDeleted = Annotated[
    bool, Query(alias="includeDeleted", description="Whether deleted meetings that can be restored count, too.")
]


@router.put(
    "/meetings/{id}",
    operation_id="putMeeting",
    responses={200: {"model": MeetingResource}, 201: {"model": MeetingResource}},
)
async def put_meeting(
    tenant: Tenant,
    services: ServicesOf,
    meeting: MeetingIdInPath,
    content: MeetingContent,
    conditions: ConditionsOf,
) -> Response:
    """Creates the meeting, or replaces all that can be chosen about it."""
    written, created = await services.meetings.put(MeetingKey(tenant, meeting), content, conditions)
    return shown(services, written, status=201 if created else 200)


@router.post("/meetings", operation_id="createMeeting", status_code=201, responses={201: {"model": MeetingResource}})
async def create_meeting(
    tenant: Tenant, services: ServicesOf, content: MeetingContent, idempotency_key: IdempotencyKey = None
) -> Response:
    """Creates a meeting with an id that the service chooses."""
    return shown(services, await services.meetings.create(tenant, content, idempotency_key), status=201)


@router.get(
    "/meetings/{id}",
    operation_id="getMeeting",
    responses={200: {"model": MeetingResource}, 304: {"description": "The caller has this version."}},
)
async def get_meeting(
    tenant: Tenant,
    services: ServicesOf,
    meeting: MeetingIdInPath,
    conditions: ConditionsOf,
    include_deleted: IncludeDeleted = False,
) -> Response:
    found = await services.meetings.get(MeetingKey(tenant, meeting), include_deleted=include_deleted)
    if conditions.if_match:
        conditions.check(found.version)
    if conditions.not_modified(found.version):
        return Response(status_code=304, headers={"ETag": f'"{found.version}"'})
    return shown(services, found)


@router.patch("/meetings/{id}", operation_id="patchMeeting", responses={200: {"model": MeetingResource}})
async def patch_meeting(
    tenant: Tenant, services: ServicesOf, meeting: MeetingIdInPath, change: MeetingPatch, conditions: ConditionsOf
) -> Response:
    """Changes what the body names (JSON merge patch, RFC 7396)."""
    key = MeetingKey(tenant, meeting)
    return shown(services, await services.meetings.patch(key, change, conditions))


@router.delete("/meetings/{id}", operation_id="deleteMeeting", status_code=204)
async def delete_meeting(
    tenant: Tenant, services: ServicesOf, meeting: MeetingIdInPath, conditions: ConditionsOf
) -> Response:
    """Deletes the meeting and ends its session; 204 also when there is none. `:restore` brings it back for a while."""
    await services.meetings.delete(MeetingKey(tenant, meeting), conditions)
    return Response(status_code=204)


@router.post("/meetings/{id}:restore", operation_id="restoreMeeting", responses={200: {"model": MeetingResource}})
async def restore_meeting(
    tenant: Tenant, services: ServicesOf, meeting: MeetingIdInPath, conditions: ConditionsOf
) -> Response:
    """Brings a deleted meeting back as it was, with its chat and its sessions, until `purgeOn`."""
    return shown(services, await services.meetings.restore(MeetingKey(tenant, meeting), conditions))


@router.get("/meetings", operation_id="listMeetings", response_model_exclude_none=True)
async def list_meetings(
    tenant: Tenant,
    services: ServicesOf,
    size: Annotated[int, Query(alias="maxpagesize", ge=1, le=MAXIMUM_PAGE_SIZE)] = DEFAULT_PAGE_SIZE,
    continuation: ContinuationToken = None,
    include_deleted: IncludeDeleted = False,
    condition: Filter = None,
    order: OrderBy = None,
) -> MeetingList:
    """The tenant's meetings, a page at a time; without `orderby` in no promised order."""
    query = {"filter": condition, "orderby": order, "includeDeleted": "true" if include_deleted else None}
    wanted = Wanted(Choice.parse(condition), Order.parse(order), include_deleted)
    paging = Paging(services, "/meetings", (tenant, "meetings"), size, continuation, **query)
    page = await services.meetings.page(tenant, wanted, size, paging.continuation)
    value = []
    for one in page.meetings:
        value.append(_resource(services, one))
        await asyncio.sleep(0)  # Looking up occurrences takes a while: others get their turn in between.
    return MeetingList(value=value, next_link=paging.next_link(page.continuation))


def shown(services: Services, meeting: Meeting, status: int = 200) -> Response:
    """The meeting with its ETag."""
    resource = _resource(services, meeting)
    return Response(
        resource.model_dump_json(by_alias=True, exclude_none=True),
        status_code=status,
        headers={"ETag": resource.etag},
        media_type="application/json",
    )


def _resource(services: Services, meeting: Meeting) -> MeetingResource:
    settings = services.settings
    return MeetingResource.of(meeting, settings.public_url, services.clock(), settings.meeting_retention)
