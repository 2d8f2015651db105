"""`/meetings/{id}/invite.ics`: the meeting for people's calendars."""

from __future__ import annotations

from urllib.parse import urlsplit

from fastapi import APIRouter
from starlette.responses import Response

from function_app.api.credentials import ReadableMeeting, ServicesOf
from function_app.errors import MeetingNotScheduledError
from function_app.meetings.models import meeting_url

router = APIRouter(tags=["meetings"])

_ICS = {"description": "An iCalendar file (RFC 5545).", "content": {"text/calendar": {"schema": {"type": "string"}}}}


@router.get("/meetings/{id}/invite.ics", operation_id="getInvite", response_class=Response, responses={200: _ICS})
async def get_invite(meeting: ReadableMeeting, services: ServicesOf) -> Response:
    """The meeting as a file for calendars (METHOD:PUBLISH).

    404 `MeetingNotScheduled` for a meeting without a schedule.
    """
    if meeting.schedule is None:
        raise MeetingNotScheduledError
    from function_app.calendars.files import CONTENT_TYPE, Method, Person, calendar_file

    url = meeting_url(services.settings.public_url, meeting.meeting_id)
    nobody = Person(f"noreply@{urlsplit(url).hostname}", "Parley")
    body = calendar_file(meeting, Method.PUBLISH, stamp=services.clock(), join_url=url, organizer=nobody)
    return Response(
        body,
        media_type=f"{CONTENT_TYPE}; charset=utf-8; method={Method.PUBLISH}",
        headers={"Content-Disposition": 'attachment; filename="invite.ics"'},
    )
