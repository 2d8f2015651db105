"""The HTTP API as one ASGI application."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import Depends, FastAPI

from function_app.api import platform, readiness, reference
from function_app.api.credentials import administrator_of
from function_app.api.cross_origin import CrossOrigin
from function_app.api.envelope import Envelope
from function_app.api.error_responses import DOCUMENTED_ERRORS, add_error_handlers
from function_app.api.throttle import Throttle
from function_app.api.versions import API_VERSION, check_api_version
from function_app.attendance import endpoints as attendance
from function_app.audit import endpoints as audit
from function_app.audit.trail import AuditTrail
from function_app.calendars import endpoints as calendars
from function_app.chat import endpoints as chat
from function_app.events.openapi import document_events
from function_app.invitees import endpoints as invitees
from function_app.invitees import unsubscribe, web_push
from function_app.lobby import endpoints as lobby
from function_app.media import endpoints as media
from function_app.media import regions
from function_app.meetings import endpoints as meetings
from function_app.meetings import invitations
from function_app.notifications import report_endpoints
from function_app.operations import endpoints as operations
from function_app.participants import control_endpoints
from function_app.participants import endpoints as participants
from function_app.process import Process
from function_app.quality import endpoints as quality
from function_app.sessions import endpoints as sessions
from function_app.sessions import running_endpoints
from function_app.signalling import endpoints as signalling
from function_app.tenants import endpoints as tenants
from function_app.usage import endpoints as usage
from function_app.webhooks import deliveries_endpoints
from function_app.webhooks import endpoints as webhooks
from function_app.whip import endpoints as whip

_PUBLIC = (
    meetings.router,
    calendars.router,
    invitations.router,
    invitees.router,
    web_push.router,
    sessions.router,
    running_endpoints.router,
    lobby.router,
    control_endpoints.router,
    attendance.router,
    quality.router,
    chat.router,
    participants.router,
    whip.router,
    regions.router,
    platform.router,
    readiness.router,
)
_FOR_ADMINISTRATORS = (
    tenants.router,
    usage.router,
    audit.router,
    operations.router,
    webhooks.router,
    deliveries_endpoints.router,
)
_INTERNAL = (media.router, signalling.router, report_endpoints.router)


def create_api(process: Process) -> FastAPI:
    """The API over the services of `process`, which are built when the server starts or at the first request."""

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        process.services()
        yield
        await process.close()

    api = FastAPI(
        title="Parley",
        version=API_VERSION,
        summary="Video meetings for your users.",
        lifespan=lifespan,
        responses=DOCUMENTED_ERRORS,
        redirect_slashes=False,
        docs_url=None,
        redoc_url=None,
    )
    api.state.process = process
    document_events(api.webhooks)
    # The last is the outermost.
    api.add_middleware(AuditTrail, log=lambda: process.services().audit)
    api.add_middleware(Throttle, process=process)
    api.add_middleware(CrossOrigin, process=process)
    api.add_middleware(Envelope, traces=lambda: process.traces)
    add_error_handlers(api)
    for router in _PUBLIC:
        api.include_router(router, dependencies=[Depends(check_api_version)])
    for router in _FOR_ADMINISTRATORS:
        api.include_router(router, dependencies=[Depends(check_api_version), Depends(administrator_of)])
    for router in (*_INTERNAL, reference.router, unsubscribe.router):
        api.include_router(router)
    return api
