"""`python -m function_app.bootstrap` makes an empty laptop ready: database, containers, a tenant, its key, a webhook,
a meeting.

What is there already stays as it is, so it may run before every start. In Azure the database and the containers come
from the infrastructure's description instead.
"""

from __future__ import annotations

import asyncio
import sys

from azure.cosmos import PartitionKey
from pydantic import SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from function_app.api.conditional import EntityTags, RequestConditions
from function_app.config import Settings
from function_app.connections import open_cosmos
from function_app.errors import ApiError, PreconditionFailedError
from function_app.meetings.content import MeetingContent
from function_app.meetings.service import MeetingService
from function_app.stores.containers import LEASES_CONTAINER, MEETINGS_CONTAINER, TENANTS_CONTAINER, WEBHOOKS_CONTAINER
from function_app.stores.cosmos import Cosmos
from function_app.stores.documents import MeetingKey
from function_app.stores.meetings import MeetingStore
from function_app.stores.outcomes import AlreadyExistsError, until_it_holds
from function_app.stores.tenants import TenantStore
from function_app.stores.webhooks import WebhookStore
from function_app.tenants.api_keys import ApiKey
from function_app.tenants.documents import MAXIMUM_LIVE_KEYS, StoredKey, Tenant
from function_app.timestamps import utc_now
from function_app.webhooks.building import webhook_service
from function_app.webhooks.service import WebhookService
from parley_protocol.ids import TenantId

DEMO_MEETING = "demo"
DEMO_TITLE = "Demo meeting"
INBOX = "inbox"

_ONLY_IF_ABSENT = RequestConditions(if_none_match=EntityTags(True, frozenset(), frozenset()))
_TTL_PER_DOCUMENT = -1
"""Documents live for ever unless they say otherwise."""


class BootstrapSettings(BaseSettings):
    """The tenant to create, and what it gets."""

    model_config = SettingsConfigDict(env_prefix="PARLEY_BOOTSTRAP_", frozen=True, hide_input_in_errors=True)

    tenant: TenantId
    api_key: SecretStr
    webhook_url: str | None = None
    """Where the tenant's webhook `inbox` is; absent means that it gets none."""


async def bootstrap(settings: Settings, wanted: BootstrapSettings) -> None:
    """Creates what is missing. Raises StoreUnavailableError, and ValueError when the key is not the tenant's."""
    key = ApiKey.parse(wanted.api_key.get_secret_value())
    pepper = settings.api_key_pepper.get_secret_value().encode()
    if key is None or key.tenant != wanted.tenant or not key.is_genuine(pepper):
        raise ValueError("PARLEY_BOOTSTRAP_API_KEY is not an API key of PARLEY_BOOTSTRAP_TENANT")
    cosmos = open_cosmos(settings)
    try:
        await _create_containers(cosmos, settings.cosmos_database)
        await _create_tenant(TenantStore(cosmos.container(TENANTS_CONTAINER)), key, pepper)
        if wanted.webhook_url:
            webhooks = webhook_service(settings, WebhookStore(cosmos.container(TENANTS_CONTAINER)), utc_now)
            await _point_webhook(webhooks, key.tenant, wanted.webhook_url)
        meetings = MeetingService(MeetingStore(cosmos.container(MEETINGS_CONTAINER)), utc_now)
        await _create_demo_meeting(meetings, MeetingKey(key.tenant, DEMO_MEETING))
    finally:
        await cosmos.close()


async def _create_containers(cosmos: Cosmos, name: str) -> None:
    meeting_key = PartitionKey(path=["/tenantId", "/meetingId"], kind="MultiHash")
    webhook_key = PartitionKey(path=["/tenantId", "/webhookKey"], kind="MultiHash")
    async with cosmos.operation():
        database = await (await cosmos.client()).create_database_if_not_exists(name)
        await database.create_container_if_not_exists(
            MEETINGS_CONTAINER, partition_key=meeting_key, default_ttl=_TTL_PER_DOCUMENT
        )
        await database.create_container_if_not_exists(
            WEBHOOKS_CONTAINER, partition_key=webhook_key, default_ttl=_TTL_PER_DOCUMENT
        )
        await database.create_container_if_not_exists(TENANTS_CONTAINER, partition_key=PartitionKey(path="/tenantId"))
        await database.create_container_if_not_exists(LEASES_CONTAINER, partition_key=PartitionKey(path="/id"))


async def _create_tenant(tenants: TenantStore, key: ApiKey, pepper: bytes) -> None:
    """The tenant with this key; an existing tenant gets it as its newest one if it does not have it."""
    digest = key.digest(pepper)

    async def attempt() -> None:
        now = utc_now()
        new_key = StoredKey.of(key, pepper, now)
        tenant = await tenants.find(key.tenant)
        if tenant is None:
            fresh = Tenant(id=key.tenant, tenant_id=key.tenant, name="Local", created_on=now, keys=(new_key,))
            await tenants.create(fresh)
        elif digest not in [stored.digest for stored in tenant.keys]:
            kept = tenant.keys[-(MAXIMUM_LIVE_KEYS - 1) :]
            await tenants.replace(tenant.model_copy(update={"keys": (*kept, new_key)}))

    await until_it_holds(attempt)


async def _point_webhook(webhooks: WebhookService, tenant: str, url: str) -> None:
    """The webhook `inbox` with this URL; one that has it already stays as it is."""
    if url not in [webhook.url for webhook in await webhooks.all(tenant) if webhook.id == INBOX]:
        await webhooks.put(tenant, INBOX, {"url": url}, RequestConditions())


async def _create_demo_meeting(meetings: MeetingService, key: MeetingKey) -> None:
    try:
        await meetings.put(key, MeetingContent(title=DEMO_TITLE), _ONLY_IF_ABSENT)
    except PreconditionFailedError:
        return


def main() -> int:
    try:
        asyncio.run(bootstrap(Settings(), BootstrapSettings()))
    except (ApiError, ValueError, AlreadyExistsError) as error:
        sys.stderr.write(f"bootstrap failed: {error}\n")
        return 1
    sys.stdout.write(f"ready: meeting {DEMO_MEETING}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
