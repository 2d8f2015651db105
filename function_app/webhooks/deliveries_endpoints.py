"""What became of the events for a webhook, and how to have them delivered again."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Path, Query
from starlette.responses import Response

from function_app.api.continuation import MAXIMUM_LENGTH, PARAMETER
from function_app.api.credentials import ServicesOf, Tenant
from function_app.stores.documents import MeetingKey
from function_app.webhooks.deliveries import DeliveryStatus
from function_app.webhooks.endpoints import WebhookIdInPath
from function_app.webhooks.models import DeliveryList, DeliveryResource, ReplayRequest, TestResult
from parley_protocol.ids import DeliveryId

DEFAULT_PAGE_SIZE = 50
MAXIMUM_PAGE_SIZE = 100

_ACCEPTED = "The events are delivered as soon as they can be."

router = APIRouter(tags=["webhooks"])


@router.get("/webhooks/{wid}/deliveries", operation_id="listDeliveries", response_model_exclude_none=True)
async def list_deliveries(
    tenant: Tenant,
    services: ServicesOf,
    webhook: WebhookIdInPath,
    status: Annotated[DeliveryStatus | None, Query(description="Only those of this status.")] = None,
    size: Annotated[int, Query(alias="maxpagesize", ge=1, le=MAXIMUM_PAGE_SIZE)] = DEFAULT_PAGE_SIZE,
    continuation: Annotated[str | None, Query(alias=PARAMETER, max_length=MAXIMUM_LENGTH)] = None,
) -> DeliveryList:
    """The attempts to deliver, newest first: those of the last 7 days, and what was given up in the last 30."""
    found = await services.webhooks.get(tenant, webhook)
    listing = (tenant, "deliveries", found.key, status or "")
    inner = services.continuations.open(listing, continuation) if continuation else None
    page, following = await services.redelivery.log(tenant, found, status, size, inner)
    next_link = None
    if following:
        query = {"maxpagesize": size, PARAMETER: services.continuations.seal(listing, following)}
        chosen = urlencode(query | ({"status": status} if status else {}))
        next_link = f"{services.settings.public_url}/webhooks/{webhook}/deliveries?{chosen}"
    return DeliveryList(value=[DeliveryResource.of(one) for one in page], next_link=next_link)


@router.post(
    "/webhooks/{wid}/deliveries/{did}:redeliver",
    operation_id="redeliver",
    status_code=202,
    responses={202: {"description": _ACCEPTED}},
)
async def redeliver(
    tenant: Tenant,
    services: ServicesOf,
    webhook: WebhookIdInPath,
    delivery: Annotated[DeliveryId, Path(alias="did")],
) -> Response:
    """Delivers that delivery's event once more, with its old id, whether it had arrived or not."""
    await services.redelivery.redeliver(tenant, webhook, delivery)
    return Response(status_code=202)


@router.post(
    "/webhooks/{wid}:replay",
    operation_id="replayEvents",
    status_code=202,
    responses={202: {"description": _ACCEPTED}},
)
async def replay_events(
    tenant: Tenant, services: ServicesOf, webhook: WebhookIdInPath, request: ReplayRequest
) -> Response:
    """Delivers a meeting's events again, from one on and in order: also those from before the webhook was made."""
    await services.redelivery.replay(webhook, MeetingKey(tenant, request.meeting), request.from_sequence)
    return Response(status_code=202)


@router.post("/webhooks/{wid}:test", operation_id="testWebhook", response_model_exclude_none=True)
async def test_webhook(tenant: Tenant, services: ServicesOf, webhook: WebhookIdInPath) -> TestResult:
    """Sends an event of the type `webhook.test` now, and says what came of it. It is not tried again."""
    return TestResult.of(await services.redelivery.test(tenant, webhook))
