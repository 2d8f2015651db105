"""`/meetings/{id}/sessions`, `/sessions/{sid}/participants` and `/meetings/{id}/attendance`."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import Response

from function_app.api.credentials import ServicesOf
from function_app.api.moderators import ModeratedMeeting, ModeratedSession
from function_app.api.paging import DEFAULT_PAGE_SIZE, MAXIMUM_PAGE_SIZE, ContinuationToken, PageSize, Paging
from function_app.api.sheets import SHEET_RESPONSES, sheet, sheet_response
from function_app.attendance.models import (
    AttendanceList,
    AttendanceResource,
    ParticipantList,
    SessionList,
    SessionResource,
)
from function_app.meetings.documents import Meeting
from function_app.participants.models import ParticipantResource
from function_app.wiring import Services
from parley_protocol.ids import SessionId

router = APIRouter()

OneSession = Annotated[SessionId | None, Query(description="Absent means all sessions.")]


@router.get("/meetings/{id}/sessions", tags=["sessions"], operation_id="listSessions", response_model_exclude_none=True)
async def list_sessions(
    meeting: ModeratedMeeting,
    services: ServicesOf,
    size: PageSize = DEFAULT_PAGE_SIZE,
    continuation: ContinuationToken = None,
) -> SessionList:
    """The meeting's sessions, live and past."""
    path = f"/meetings/{meeting.meeting_id}/sessions"
    paging = Paging(services, path, (*meeting.key, "sessions"), size, continuation)
    found, following = await services.attendance.sessions(
        meeting.key, meeting.created_on, paging.size, paging.continuation
    )
    return SessionList(value=[SessionResource.of(one) for one in found], next_link=paging.next_link(following))


@router.get(
    "/sessions/{sid}/participants",
    tags=["participants"],
    operation_id="listParticipants",
    response_model_exclude_none=True,
)
async def list_participants(
    session: ModeratedSession,
    services: ServicesOf,
    size: PageSize = DEFAULT_PAGE_SIZE,
    continuation: ContinuationToken = None,
) -> ParticipantList:
    """Everybody who has joined the session, those who have left among them, with when and why they left."""
    path = f"/sessions/{session.id}/participants"
    paging = Paging(services, path, (*session.key, session.id, "participants"), size, continuation)
    found, following = await services.attendance.participants(session.key, session.id, size, paging.continuation)
    now = services.clock()
    value = [ParticipantResource.of(one.settled(session.ended_on), now) for one in found]
    return ParticipantList(value=value, next_link=paging.next_link(following))


@router.get(
    "/meetings/{id}/attendance", tags=["meetings"], operation_id="listAttendance", response_model_exclude_none=True
)
async def list_attendance(
    meeting: ModeratedMeeting,
    services: ServicesOf,
    session: OneSession = None,
    size: PageSize = DEFAULT_PAGE_SIZE,
    continuation: ContinuationToken = None,
) -> AttendanceList:
    """Who was there, in which session, from when to when."""
    path = f"/meetings/{meeting.meeting_id}/attendance"
    rows, next_link = await _page(meeting, services, path, session, size, continuation)
    return AttendanceList(value=rows, next_link=next_link)


@router.get(
    "/meetings/{id}/attendance.csv",
    tags=["meetings"],
    operation_id="getAttendanceSheet",
    response_class=Response,
    responses=SHEET_RESPONSES,
)
async def get_attendance_sheet(
    meeting: ModeratedMeeting,
    services: ServicesOf,
    session: OneSession = None,
    size: PageSize = MAXIMUM_PAGE_SIZE,
    continuation: ContinuationToken = None,
) -> Response:
    """The same as a table for spreadsheets; the address of the next page is in the header Link."""
    path = f"/meetings/{meeting.meeting_id}/attendance.csv"
    rows, next_link = await _page(meeting, services, path, session, size, continuation)
    text = sheet(tuple(AttendanceResource.model_fields), (row.model_dump(mode="json") for row in rows))
    return sheet_response(text, "attendance.csv", next_link)


async def _page(
    meeting: Meeting, services: Services, path: str, session: str | None, size: int, continuation: str | None
) -> tuple[list[AttendanceResource], str | None]:
    """Rows, and the address of the next page."""
    paging = Paging(services, path, (*meeting.key, "attendance"), size, continuation, session=session)
    found, following = await services.attendance.attendance(
        meeting.key, session, meeting.created_on, size, paging.continuation
    )
    sessions = await services.attendance.sessions_named(meeting.key, {one.session_id for one in found})
    now = services.clock()
    rows = [AttendanceResource.of(one.settled(sessions[one.session_id].ended_on), now) for one in found]
    return rows, paging.next_link(following)
