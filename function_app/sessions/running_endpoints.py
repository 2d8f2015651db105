"""`/meetings/{id}:start`, `:end`, `:lock` and `:unlock`, for the tenant and for those who moderate."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import Response

from function_app.api.credentials import ServicesOf
from function_app.api.moderators import ModeratedMeeting
from function_app.meetings.endpoints import shown
from function_app.meetings.models import MeetingResource

router = APIRouter(tags=["meetings"], responses={200: {"model": MeetingResource}})


@router.post("/meetings/{id}:start", operation_id="startMeeting")
async def start_meeting(meeting: ModeratedMeeting, services: ServicesOf) -> Response:
    """Opens the meeting, whatever its schedule says, until `:end`."""
    return shown(services, await services.running.start(meeting.key))


@router.post("/meetings/{id}:end", operation_id="endMeeting")
async def end_meeting(meeting: ModeratedMeeting, services: ServicesOf) -> Response:
    """Ends the live session for everybody in it. A later join begins another one, where the schedule lets people in."""
    return shown(services, await services.running.end(meeting.key))


@router.post("/meetings/{id}:lock", operation_id="lockMeeting")
async def lock_meeting(meeting: ModeratedMeeting, services: ServicesOf) -> Response:
    """Lets nobody new in."""
    return shown(services, await services.running.lock(meeting.key, locked=True))


@router.post("/meetings/{id}:unlock", operation_id="unlockMeeting")
async def unlock_meeting(meeting: ModeratedMeeting, services: ServicesOf) -> Response:
    return shown(services, await services.running.lock(meeting.key, locked=False))
