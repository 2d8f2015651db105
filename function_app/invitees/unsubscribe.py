"""`/unsubscribe`: what the links in messages lead to. A page for people, and one click for mail programs (RFC 8058)."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import APIRouter, Query, Request
from starlette.responses import HTMLResponse

from function_app.api.credentials import ServicesOf
from function_app.invitees.documents import Invitee
from function_app.invitees.links import UNSUBSCRIBE_PATH
from function_app.meetings.documents import Meeting
from function_app.notifications.port import ChannelName
from function_app.notifications.rendering import unsubscribe_page

RESUBSCRIBE: Final = "resubscribe=1"
_HEADERS: Final = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}

router = APIRouter(include_in_schema=False)

Token = Annotated[str, Query(min_length=1, max_length=1000)]


@router.get(UNSUBSCRIBE_PATH)
async def show_preference(services: ServicesOf, token: Token) -> HTMLResponse:
    """What the person has chosen. Looking changes nothing: programs follow links before people do."""
    return _page(*await services.acceptance.preference(token))


@router.post(UNSUBSCRIBE_PATH)
async def choose(services: ServicesOf, request: Request, token: Token) -> HTMLResponse:
    """Any POST ends messages, in whatever form a mail program sends it, but the page's own that brings them back."""
    wanted = (await request.body()).decode(errors="replace") == RESUBSCRIBE
    return _page(*await services.acceptance.choose(token, wanted=wanted))


def _page(invitee: Invitee, meeting: Meeting, channel: ChannelName) -> HTMLResponse:
    wanted = channel not in invitee.opted_out
    return HTMLResponse(unsubscribe_page(invitee.locale, meeting.title, RESUBSCRIBE, wanted=wanted), headers=_HEADERS)
