"""`/webhooks`: where a tenant wants to be told of events."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path
from starlette.responses import Response

from function_app.api.conditional import ConditionsOf
from function_app.api.credentials import ServicesOf, Tenant
from function_app.webhooks.documents import Webhook
from function_app.webhooks.models import (
    NewSecret,
    SecretRotation,
    WebhookContent,
    WebhookList,
    WebhookPatch,
    WebhookResource,
)
from function_app.wiring import Services
from parley_protocol.ids import WebhookId

WebhookIdInPath = Annotated[WebhookId, Path(alias="wid", examples=["crm"])]

router = APIRouter(tags=["webhooks"])


@router.put(
    "/webhooks/{wid}",
    operation_id="putWebhook",
    responses={200: {"model": WebhookResource}, 201: {"model": WebhookResource}},
)
async def put_webhook(
    tenant: Tenant, services: ServicesOf, webhook: WebhookIdInPath, content: WebhookContent, conditions: ConditionsOf
) -> Response:
    """Creates the webhook, and then shows its signing secret; or replaces all that can be chosen about it."""
    before, written = await services.webhooks.put(tenant, webhook, content.changes(), conditions)
    if before:
        await _resume_if_mended(services, tenant, before, written)
        return _shown(written)
    return _shown(written, services.webhooks.current_secret(tenant, written), status=201)


@router.get(
    "/webhooks/{wid}",
    operation_id="getWebhook",
    responses={200: {"model": WebhookResource}, 304: {"description": "The caller has this version."}},
)
async def get_webhook(
    tenant: Tenant, services: ServicesOf, webhook: WebhookIdInPath, conditions: ConditionsOf
) -> Response:
    found = await services.webhooks.get(tenant, webhook)
    if conditions.if_match:
        conditions.check(found.version)
    if conditions.not_modified(found.version):
        return Response(status_code=304, headers={"ETag": f'"{found.version}"'})
    return _shown(found)


@router.patch("/webhooks/{wid}", operation_id="patchWebhook", responses={200: {"model": WebhookResource}})
async def patch_webhook(
    tenant: Tenant, services: ServicesOf, webhook: WebhookIdInPath, change: WebhookPatch, conditions: ConditionsOf
) -> Response:
    """Changes what the body names (JSON merge patch, RFC 7396)."""
    before, written = await services.webhooks.patch(tenant, webhook, change.changes(), conditions)
    if before:
        await _resume_if_mended(services, tenant, before, written)
    return _shown(written)


@router.delete("/webhooks/{wid}", operation_id="deleteWebhook", status_code=204)
async def delete_webhook(
    tenant: Tenant, services: ServicesOf, webhook: WebhookIdInPath, conditions: ConditionsOf
) -> Response:
    """Deletes the webhook, and gives up what was on its way to it; 204 also when there is none."""
    deleted = await services.webhooks.delete(tenant, webhook, conditions)
    if deleted:
        await services.redelivery.forget(tenant, deleted)
    return Response(status_code=204)


@router.get("/webhooks", operation_id="listWebhooks", response_model_exclude_none=True)
async def list_webhooks(tenant: Tenant, services: ServicesOf) -> WebhookList:
    """All of the tenant's webhooks: there are at most ten."""
    return WebhookList(value=[WebhookResource.of(one) for one in await services.webhooks.all(tenant)])


@router.post("/webhooks/{wid}:rotateSecret", operation_id="rotateWebhookSecret")
async def rotate_webhook_secret(
    tenant: Tenant, services: ServicesOf, webhook: WebhookIdInPath, request: SecretRotation | None = None
) -> NewSecret:
    """Makes a new signing secret. For a while messages are signed with the former one too."""
    keep_former = (request or SecretRotation()).keep_former
    written = await services.webhooks.rotate_secret(tenant, webhook, keep_former)
    secret = services.webhooks.current_secret(tenant, written)
    return NewSecret(secret=secret, former_expires_on=written.secrets[1].expires_on)


async def _resume_if_mended(services: Services, tenant: str, before: Webhook, after: Webhook) -> None:
    """What has failed is tried again at once where there is a new address, or deliveries were off."""
    if not after.disabled and (before.disabled or before.url != after.url):
        await services.redelivery.resume(tenant, after)


def _shown(webhook: Webhook, secret: str | None = None, status: int = 200) -> Response:
    resource = WebhookResource.of(webhook, secret)
    return Response(
        resource.model_dump_json(by_alias=True, exclude_none=True),
        status_code=status,
        headers={"ETag": resource.etag},
        media_type="application/json",
    )
