"""`/meetings/{id}/qualityReport` and `/sessions/{sid}/qualitySummary`."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import Response

from function_app.api.credentials import ServicesOf
from function_app.api.moderators import ModeratedMeeting, ModeratedSession
from function_app.api.paging import DEFAULT_PAGE_SIZE, MAXIMUM_PAGE_SIZE, ContinuationToken, PageSize, Paging
from function_app.api.sheets import SHEET_RESPONSES, sheet, sheet_response
from function_app.attendance.endpoints import OneSession
from function_app.meetings.documents import Meeting
from function_app.quality.advice import TROUBLED_RATIO
from function_app.quality.models import (
    SHEET_COLUMNS,
    ParticipantQualityResource,
    QualityReport,
    QualitySummary,
    sheet_row,
)
from function_app.wiring import Services

router = APIRouter()

_WORST = 10


@router.get(
    "/meetings/{id}/qualityReport",
    tags=["meetings"],
    operation_id="listQualityReport",
    response_model_exclude_none=True,
)
async def list_quality_report(
    meeting: ModeratedMeeting,
    services: ServicesOf,
    session: OneSession = None,
    size: PageSize = DEFAULT_PAGE_SIZE,
    continuation: ContinuationToken = None,
) -> QualityReport:
    """How the connection of everybody who was there was; of a Peer it is known when that has ended."""
    path = f"/meetings/{meeting.meeting_id}/qualityReport"
    value, next_link = await _page(meeting, services, path, session, size, continuation)
    return QualityReport(value=value, next_link=next_link)


@router.get(
    "/meetings/{id}/qualityReport.csv",
    tags=["meetings"],
    operation_id="getQualitySheet",
    response_class=Response,
    responses=SHEET_RESPONSES,
)
async def get_quality_sheet(
    meeting: ModeratedMeeting,
    services: ServicesOf,
    session: OneSession = None,
    size: PageSize = MAXIMUM_PAGE_SIZE,
    continuation: ContinuationToken = None,
) -> Response:
    """The same as a table for spreadsheets; the address of the next page is in the header Link."""
    path = f"/meetings/{meeting.meeting_id}/qualityReport.csv"
    rows, next_link = await _page(meeting, services, path, session, size, continuation)
    return sheet_response(sheet(SHEET_COLUMNS, map(sheet_row, rows)), "qualityReport.csv", next_link)


@router.get(
    "/sessions/{sid}/qualitySummary",
    tags=["sessions"],
    operation_id="getQualitySummary",
    response_model_exclude_none=True,
)
async def get_quality_summary(session: ModeratedSession, services: ServicesOf) -> QualitySummary:
    """How many of the session had trouble with their connections, and who had the most."""
    found = await services.quality.summary(session.key, session.id, TROUBLED_RATIO, _WORST)
    return QualitySummary(
        session=session.id,
        participants=found.participants,
        measured=found.measured,
        troubled=found.troubled,
        worst=[ParticipantQualityResource.of(one) for one in found.worst],
    )


async def _page(
    meeting: Meeting, services: Services, path: str, session: str | None, size: int, continuation: str | None
) -> tuple[list[ParticipantQualityResource], str | None]:
    """Rows, and the address of the next page."""
    paging = Paging(services, path, (*meeting.key, "qualityReport"), size, continuation, session=session)
    found, following = await services.attendance.attendance(
        meeting.key, session, meeting.created_on, size, paging.continuation
    )
    return [ParticipantQualityResource.of(one) for one in found], paging.next_link(following)
