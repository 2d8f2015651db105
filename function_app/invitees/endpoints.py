"""`/meetings/{id}/invitees`: whom a tenant invites."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path
from starlette.responses import Response

from function_app.api.conditional import ConditionsOf
from function_app.api.credentials import MeetingIdInPath, ServicesOf, Tenant
from function_app.api.paging import DEFAULT_PAGE_SIZE, ContinuationToken, PageSize, Paging
from function_app.invitees.content import InviteeContent
from function_app.invitees.documents import Invitee
from function_app.invitees.models import InviteeList, InviteeResource, NotificationList, NotificationResource
from function_app.stores.documents import MeetingKey
from function_app.wiring import Services
from parley_protocol.ids import InviteeId

InviteeIdInPath = Annotated[InviteeId, Path(alias="iid", examples=["ann"])]

router = APIRouter(tags=["invitees"])


@router.put(
    "/meetings/{id}/invitees/{iid}",
    operation_id="putInvitee",
    responses={200: {"model": InviteeResource}, 201: {"model": InviteeResource}},
)
async def put_invitee(
    tenant: Tenant,
    services: ServicesOf,
    meeting: MeetingIdInPath,
    invitee: InviteeIdInPath,
    content: InviteeContent,
    conditions: ConditionsOf,
) -> Response:
    """Invites somebody, who is told so at once; or replaces all that can be chosen about an invitee."""
    written, created = await services.invitees.put(MeetingKey(tenant, meeting), invitee, content, conditions)
    return _shown(services, written, status=201 if created else 200)


@router.get(
    "/meetings/{id}/invitees/{iid}",
    operation_id="getInvitee",
    responses={200: {"model": InviteeResource}, 304: {"description": "The caller has this version."}},
)
async def get_invitee(
    tenant: Tenant, services: ServicesOf, meeting: MeetingIdInPath, invitee: InviteeIdInPath, conditions: ConditionsOf
) -> Response:
    found = await services.invitees.get(MeetingKey(tenant, meeting), invitee)
    if conditions.if_match:
        conditions.check(found.version)
    if conditions.not_modified(found.version):
        return Response(status_code=304, headers={"ETag": f'"{found.version}"'})
    return _shown(services, found)


@router.delete("/meetings/{id}/invitees/{iid}", operation_id="deleteInvitee", status_code=204)
async def delete_invitee(
    tenant: Tenant, services: ServicesOf, meeting: MeetingIdInPath, invitee: InviteeIdInPath, conditions: ConditionsOf
) -> Response:
    """Invites somebody no more, who is told so; the link is dead at once. 204 also when there is no such invitee."""
    await services.invitees.remove(MeetingKey(tenant, meeting), invitee, conditions)
    return Response(status_code=204)


@router.get("/meetings/{id}/invitees", operation_id="listInvitees", response_model_exclude_none=True)
async def list_invitees(
    tenant: Tenant,
    services: ServicesOf,
    meeting: MeetingIdInPath,
    size: PageSize = DEFAULT_PAGE_SIZE,
    continuation: ContinuationToken = None,
) -> InviteeList:
    """The meeting's invitees, in the order in which they were added."""
    key = MeetingKey(tenant, meeting)
    paging = Paging(services, f"/meetings/{meeting}/invitees", (*key, "invitees"), size, continuation)
    found, following = await services.invitees.page(key, paging.size, paging.continuation)
    return InviteeList(value=[_resource(services, one) for one in found], next_link=paging.next_link(following))


@router.get(
    "/meetings/{id}/invitees/{iid}/notifications", operation_id="listNotifications", response_model_exclude_none=True
)
async def list_notifications(
    tenant: Tenant,
    services: ServicesOf,
    meeting: MeetingIdInPath,
    invitee: InviteeIdInPath,
    size: PageSize = DEFAULT_PAGE_SIZE,
    continuation: ContinuationToken = None,
) -> NotificationList:
    """What the invitee was told of the meeting, newest first, and whether it arrived: of the last 30 days."""
    key, path = MeetingKey(tenant, meeting), f"/meetings/{meeting}/invitees/{invitee}/notifications"
    paging = Paging(services, path, (*key, invitee, "notifications"), size, continuation)
    found, following = await services.invitees.notifications(key, invitee, paging.size, paging.continuation)
    return NotificationList(
        value=[NotificationResource.of(one) for one in found], next_link=paging.next_link(following)
    )


def _resource(services: Services, invitee: Invitee) -> InviteeResource:
    return InviteeResource.of(invitee, services.invitee_links.into_meeting(invitee))


def _shown(services: Services, invitee: Invitee, status: int = 200) -> Response:
    resource = _resource(services, invitee)
    return Response(
        resource.model_dump_json(by_alias=True, exclude_none=True),
        status_code=status,
        headers={"ETag": resource.etag},
        media_type="application/json",
    )
