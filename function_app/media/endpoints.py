"""`/internal/nodes`: what SFU nodes and the control plane tell each other."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import Response

from function_app.api.credentials import NodeOf, ServicesOf
from parley_protocol.nodes import NodeEvents, NodeLease, NodeReport

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
