"""Taking participants out of sessions, and the bans of a meeting."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import Field, StringConstraints
from starlette.responses import Response as HttpResponse

from function_app.api.credentials import MeetingIdInPath, ServicesOf, Tenant
from function_app.api.models import Request as Body
from function_app.api.models import Response
from function_app.api.moderators import ModeratedSession, ModeratorRole
from function_app.api.paging import DEFAULT_PAGE_SIZE, ContinuationToken, PageSize, Paging
from function_app.participants.exclusions import Exclusion
from function_app.sessions.removal import Moderator
from function_app.stores.documents import MeetingKey
from function_app.timestamps import Timestamp
from parley_protocol.ids import ParticipantId, UserId

router = APIRouter(tags=["participants"])

BanId = Annotated[str, StringConstraints(pattern="^exclusion_[0-9a-f]{64}$")]


class Removal(Body):
    """The body of `:remove`."""

    ban: bool = Field(default=False, description="Whether the user is kept out of the meeting until the ban is lifted.")


class Ban(Response):
    id: BanId
    participant: UserId
    """The tenant's own id of the person."""
    banned_on: Timestamp


class BanList(Response):
    value: list[Ban]
    """Newest first."""
    next_link: str | None = None
    """The address of the next page; absent on the last one."""


@router.post("/sessions/{sid}/participants/{pid}:remove", operation_id="removeParticipant", status_code=204)
async def remove_participant(
    session: ModeratedSession,
    role: ModeratorRole,
    services: ServicesOf,
    participant: Annotated[ParticipantId, Path(alias="pid")],
    request: Removal | None = None,
) -> HttpResponse:
    """Takes the participant out at once. Its tokens are dead: only one issued later lets it in, and none if banned."""
    ban = request is not None and request.ban
    await services.removal.remove(session.key, session.id, participant, Moderator(role), ban=ban)
    return HttpResponse(status_code=204)


@router.get("/meetings/{id}/bans", operation_id="listBans", response_model_exclude_none=True)
async def list_bans(
    tenant: Tenant,
    services: ServicesOf,
    meeting: MeetingIdInPath,
    size: PageSize = DEFAULT_PAGE_SIZE,
    continuation: ContinuationToken = None,
) -> BanList:
    """Who is kept out of the meeting."""
    key = MeetingKey(tenant, meeting)
    await services.meetings.get(key)
    paging = Paging(services, f"/meetings/{meeting}/bans", (*key, "bans"), size, continuation)
    bans, following = await services.exclusions.bans(key, size, paging.continuation)
    return BanList(value=[_shown(ban) for ban in bans], next_link=paging.next_link(following))


@router.delete("/meetings/{id}/bans/{bid}", operation_id="liftBan", status_code=204)
async def lift_ban(
    tenant: Tenant, services: ServicesOf, meeting: MeetingIdInPath, ban: Annotated[BanId, Path(alias="bid")]
) -> HttpResponse:
    """Lets the user in again; 204 also when there is no such ban."""
    key = MeetingKey(tenant, meeting)
    await services.meetings.get(key)
    await services.exclusions.lift(key, ban)
    return HttpResponse(status_code=204)


def _shown(ban: Exclusion) -> Ban:
    return Ban(id=ban.id, participant=ban.user, banned_on=ban.excluded_on)
