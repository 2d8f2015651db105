"""`/meetings/{id}/qualityReport` and `/sessions/{sid}/qualitySummary`."""

from __future__ import annotations

from fastapi import APIRouter

from function_app.api.credentials import ServicesOf
from function_app.api.moderators import ModeratedMeeting, ModeratedSession
from function_app.api.paging import DEFAULT_PAGE_SIZE, ContinuationToken, PageSize, Paging
from function_app.attendance.endpoints import OneSession
from function_app.quality.advice import TROUBLED_RATIO
from function_app.quality.models import ParticipantQualityResource, QualityReport, QualitySummary

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
    paging = Paging(services, path, (*meeting.key, "qualityReport"), size, continuation, session=session)
    found, following = await services.attendance.attendance(
        meeting.key, session, meeting.created_on, size, paging.continuation
    )
    value = [ParticipantQualityResource.of(one) for one in found]
    return QualityReport(value=value, next_link=paging.next_link(following))


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
