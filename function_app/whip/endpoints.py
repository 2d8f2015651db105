"""`/whip` and `/whep`: a redirect to a node for who may publish or watch (RFC 9725, 4.5).

Errors are problem statements (RFC 9457), as those of the node are: a client need not know which of the two refused it.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from http import HTTPStatus
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Depends, Request
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.responses import JSONResponse, RedirectResponse, Response

from function_app.api.credentials import JoinClaimsOf, MeetingIdInPath, ServicesOf
from function_app.api.error_responses import error_headers, invalid_request
from function_app.errors import ApiError, MeetingNotFoundError, NotAllowedError
from parley_protocol.grants import JoinClaims, Source


class _ProblemRoute(APIRoute):
    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def handle_or_explain(request: Request) -> Response:
            try:
                return await handle(request)
            except ApiError as error:
                return _problem(error)
            except RequestValidationError as error:
                return _problem(invalid_request(error.errors()))

        return handle_or_explain


router = APIRouter(route_class=_ProblemRoute, include_in_schema=False)


async def _claims_for(meeting: MeetingIdInPath, claims: JoinClaimsOf) -> JoinClaims:
    """What the token says, which is to be one for the meeting in the path."""
    if claims.meeting != meeting:
        raise MeetingNotFoundError("The token is for another meeting.")
    return claims


ClaimsFor = Annotated[JoinClaims, Depends(_claims_for)]


@router.post("/whip/{id}")
async def publish(request: Request, claims: ClaimsFor, services: ServicesOf) -> Response:
    """Sends a publisher to a node."""
    if not {Source.CAMERA, Source.MICROPHONE} & set(claims.grants.publish):
        raise NotAllowedError("The token lets nobody publish.")
    return _redirect(request, await services.directions.node_url(claims))


@router.post("/whep/{id}")
@router.post("/whep/{id}/{participant}")
async def watch(request: Request, claims: ClaimsFor, services: ServicesOf) -> Response:
    """Sends a viewer to a node, which knows the participants."""
    if not claims.grants.subscribe:
        raise NotAllowedError("The token lets nobody watch.")
    return _redirect(request, await services.directions.node_url(claims))


def _redirect(request: Request, origin: str) -> Response:
    query = f"?{request.url.query}" if request.url.query else ""
    return RedirectResponse(f"{origin}{quote(request.scope['path'])}{query}", HTTPStatus.TEMPORARY_REDIRECT)


def _problem(error: ApiError) -> JSONResponse:
    status = HTTPStatus(error.status)
    body = {"title": status.phrase, "status": status, "code": error.code, "detail": error.message}
    return JSONResponse(body, status, error_headers(error), "application/problem+json")
