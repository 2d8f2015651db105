"""`/whip` and `/whep`: who may publish or watch is brought to a node (RFC 9725, draft-ietf-wish-whep).

Errors are problem statements (RFC 9457), as those of the node are: a client need not know which of the two refused it.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from http import HTTPStatus
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Depends, Path, Request
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.responses import JSONResponse, Response

from function_app.api.credentials import FormerJoinClaimsOf, JoinClaimsOf, MeetingIdInPath, ServicesOf
from function_app.api.error_responses import error_headers, invalid_request
from function_app.errors import ApiError, MeetingNotFoundError, NotAllowedError, PeerNotFoundError
from function_app.whip.node_calls import PROBLEM, SDP, NodeAnswer, NodeRequest
from parley_protocol.grants import JoinClaims, Source
from parley_protocol.ids import NodeId, PeerId

_PUBLISH = "/whip/{id}"
_WATCH = "/whep/{id}"
_WATCH_ONE = "/whep/{id}/{participant}"
_PUBLISHER = "/whip/{id}/nodes/{nid}/peers/{peer}"
_VIEWER = "/whep/{id}/nodes/{nid}/peers/{peer}"

_PASSED_ON = ("Accept", "Authorization", "Content-Type", "If-Match")


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


def _require_meeting(meeting: str, claims: JoinClaims) -> JoinClaims:
    if claims.meeting != meeting:
        raise MeetingNotFoundError("The token is for another meeting.")
    return claims


async def _claims_for(meeting: MeetingIdInPath, claims: JoinClaimsOf) -> JoinClaims:
    """What the token says, which is to be one for the meeting in the path."""
    return _require_meeting(meeting, claims)


async def _node_of_peer(
    meeting: MeetingIdInPath, claims: FormerJoinClaimsOf, node: Annotated[NodeId, Path(alias="nid")], peer: PeerId
) -> str:
    """The node in the path of a Peer. Who is in may change and leave with a token that has run out since."""
    _require_meeting(meeting, claims)
    return node


ClaimsFor = Annotated[JoinClaims, Depends(_claims_for)]
NodeOfPeer = Annotated[str, Depends(_node_of_peer)]


@router.post(_PUBLISH)
async def publish(request: Request, claims: ClaimsFor, services: ServicesOf) -> Response:
    """Brings a publisher to a node."""
    if not {Source.CAMERA, Source.MICROPHONE} & set(claims.grants.publish):
        raise NotAllowedError("The token lets nobody publish.")
    return _response(await services.relay.offer(claims, await _for_node(request)))


@router.post(_WATCH)
@router.post(_WATCH_ONE)
async def watch(request: Request, claims: ClaimsFor, services: ServicesOf) -> Response:
    """Brings a viewer to a node, which knows the participants."""
    if not claims.grants.subscribe:
        raise NotAllowedError("The token lets nobody watch.")
    return _response(await services.relay.offer(claims, await _for_node(request)))


@router.patch(_PUBLISHER)
@router.patch(_VIEWER)
async def change(request: Request, node: NodeOfPeer, services: ServicesOf) -> Response:
    """Brings candidates, or an ICE restart."""
    answer = await services.relay.follow_up(node, await _for_node(request))
    if answer is None:
        raise PeerNotFoundError
    return _response(answer)


@router.delete(_PUBLISHER)
@router.delete(_VIEWER)
async def leave(request: Request, node: NodeOfPeer, services: ServicesOf) -> Response:
    """Ends the Peer; 200 as well when it has ended already, be it with its node."""
    answer = await services.relay.follow_up(node, await _for_node(request))
    return Response() if answer is None else _response(answer)


async def _options() -> Response:
    return Response(headers={"Accept-Post": SDP})


async def _nothing() -> Response:
    """These resources have no representation (RFC 9725, 4.1)."""
    return Response(status_code=HTTPStatus.NO_CONTENT)


for _path in (_PUBLISH, _WATCH, _WATCH_ONE, _PUBLISHER, _VIEWER):
    router.add_api_route(_path, _options, methods=["OPTIONS"])
    router.add_api_route(_path, _nothing, methods=["GET"])


async def _for_node(request: Request) -> NodeRequest:
    headers = {name: request.headers[name] for name in _PASSED_ON if name in request.headers}
    return NodeRequest(request.method, quote(request.scope["path"]), headers, await request.body())


def _response(answer: NodeAnswer) -> Response:
    return Response(answer.body, answer.status, dict(answer.headers), answer.content_type)


def _problem(error: ApiError) -> JSONResponse:
    status = HTTPStatus(error.status)
    body = {"title": status.phrase, "status": status, "code": error.code, "detail": error.message}
    return JSONResponse(body, status, error_headers(error), PROBLEM)
