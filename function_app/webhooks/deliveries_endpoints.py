"""What became of the events for a webhook, and how to have them delivered again."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query
from starlette.responses import Response

from function_app.api.credentials import ServicesOf, Tenant
from function_app.api.paging import DEFAULT_PAGE_SIZE, ContinuationToken, Paging
from function_app.stores.documents import MeetingKey
from function_app.webhooks.deliveries import DeliveryStatus
from function_app.webhooks.endpoints import WebhookIdInPath
from function_app.webhooks.models import DeliveryList, DeliveryResource, ReplayRequest, TestResult
from parley_protocol.ids import DeliveryId

MAXIMUM_PAGE_SIZE = 100

_ACCEPTED = "The events are delivered as soon as they can be; the webhook's `deliveries` show what comes of each."

router = APIRouter(tags=["webhooks"])


@router.get("/webhooks/{wid}/deliveries", operation_id="listDeliveries", response_model_exclude_none=True)
async def list_deliveries(
    tenant: Tenant,
    services: ServicesOf,
    webhook: WebhookIdInPath,
    status: Annotated[DeliveryStatus | None, Query(description="Only those of this status.")] = None,
    size: Annotated[int, Query(alias="maxpagesize", ge=1, le=MAXIMUM_PAGE_SIZE)] = DEFAULT_PAGE_SIZE,
    continuation: ContinuationToken = None,
) -> DeliveryList:
    """The attempts to deliver, newest first: those of the last 7 days, and what was given up in the last 30."""
    found = await services.webhooks.get(tenant, webhook)
    path, listing = f"/webhooks/{webhook}/deliveries", (tenant, "deliveries", found.key)
    paging = Paging(services, path, listing, size, continuation, status=status)
    page, following = await services.redelivery.log(tenant, found, status, size, paging.continuation)
    return DeliveryList(value=[DeliveryResource.of(one) for one in page], next_link=paging.next_link(following))


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
