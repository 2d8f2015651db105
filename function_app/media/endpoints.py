"""`/internal/nodes`: what SFU nodes and the control plane tell each other."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import Response

from function_app.api.credentials import NodeOf, ServicesOf
from function_app.errors import WhipNotSupportedError
from function_app.media.providers.port import SfuAdmission
from function_app.media.providers.sfu import SfuPlace
from parley_protocol.nodes import Admitted, Elsewhere, IceServer, NodeEvents, NodeJoin, NodeLease, NodeReport

router = APIRouter(include_in_schema=False)


@router.put("/internal/nodes/{nid}", response_model_exclude_none=True)
async def heartbeat(node: NodeOf, services: ServicesOf, report: NodeReport) -> NodeLease:
    """Registers the node, and from then on renews its lease."""
    return await services.controller.heartbeat(node, report)


@router.post("/internal/nodes/{nid}/events", status_code=204)
async def report_events(node: NodeOf, services: ServicesOf, report: NodeEvents) -> Response:
    """What happened to the node's Peers."""
    await services.presence.apply(node, report.events)
    return Response(status_code=204)


@router.post("/internal/nodes/{nid}/joins", response_model_exclude_none=True)
async def join_at_node(node: NodeOf, services: ServicesOf, request: NodeJoin) -> Admitted | Elsewhere:
    """Lets a WHIP or WHEP client in, by the rules of `:join`.

    A session that another node carries is joined again when the request gets there: the newest Peer counts.
    """
    joining = await services.joining.join(services.join_tokens.verify(request.token), at_node=node)
    place, admission = joining.place, joining.admission
    if not isinstance(place, SfuPlace) or not isinstance(admission, SfuAdmission):
        raise WhipNotSupportedError
    if place.node != node:
        return Elsewhere()
    return Admitted(
        media_grant=admission.media_grant,
        ice_servers=tuple(IceServer(**server.model_dump()) for server in admission.ice_servers),
    )
