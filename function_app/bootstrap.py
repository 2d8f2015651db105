"""`python -m function_app.bootstrap` makes an empty installation ready: database, containers, and the first tenant.

Where no tenant is there it creates one and prints its API key, this once. What is there already stays as it is, so it
may run before every start. In Azure the database and the containers come from the infrastructure's description instead.

A laptop says which keys it wants (PARLEY_BOOTSTRAP_API_KEY, …), and gets meetings to try and a second tenant with them.
"""

from __future__ import annotations

import asyncio
import sys
from contextlib import suppress

from azure.cosmos import PartitionKey
from pydantic import SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from function_app.api.conditional import EntityTags, RequestConditions
from function_app.config import OptionalSecret, Settings
from function_app.connections import open_cosmos
from function_app.directories.documents import DirectoryOwner
from function_app.errors import ApiError, PreconditionFailedError
from function_app.meetings.content import MeetingContent, MeetingSettings
from function_app.meetings.service import MeetingService
from function_app.stores.containers import LEASES_CONTAINER, MEETINGS_CONTAINER, TENANTS_CONTAINER, WEBHOOKS_CONTAINER
from function_app.stores.cosmos import Cosmos
from function_app.stores.directories import DirectoryStore
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
from parley_protocol.grants import Role
from parley_protocol.ids import TenantId, new_id

DEMO_MEETING = "demo"
DEMO_TITLE = "Demo meeting"
STAFF_MEETING = "staff"
"""For people who are signed in."""
SECOND_MEETING = "second"
INBOX = "inbox"

_ONLY_IF_ABSENT = RequestConditions(if_none_match=EntityTags(True, frozenset(), frozenset()))
_TTL_PER_DOCUMENT = -1
"""Documents live for ever unless they say otherwise."""


class BootstrapSettings(BaseSettings):
    """What to create, on a laptop; without a key, the first tenant gets a generated one."""

    model_config = SettingsConfigDict(env_prefix="PARLEY_BOOTSTRAP_", frozen=True, hide_input_in_errors=True)

    name: str = "First tenant"
    """What the first tenant is called."""
    tenant: TenantId | None = None
    api_key: SecretStr | None = None
    """The key of `tenant`."""
    webhook_url: str | None = None
    """Where the tenant's webhook `inbox` is; absent means that it gets none."""
    directory: str | None = None
    """The tenant's directory; absent means that it gets none."""
    second_api_key: SecretStr | None = None
    """The key of a second tenant."""


async def bootstrap(settings: Settings, wanted: BootstrapSettings) -> ApiKey | None:
    """Creates what is missing; the answer is the key that was generated, if one was.

    Raises StoreUnavailableError, and ValueError when a key is not one of ours, or not the tenant's.
    """
    pepper = settings.api_key_pepper.get_secret_value().encode()
    first = _key(wanted.api_key, pepper)
    second = _key(wanted.second_api_key, pepper)
    if (first and first.tenant) != wanted.tenant:
        raise ValueError("PARLEY_BOOTSTRAP_API_KEY is not an API key of PARLEY_BOOTSTRAP_TENANT")
    cosmos = open_cosmos(settings)
    try:
        await until_it_holds(lambda: _create_containers(cosmos, settings.cosmos_database))
        tenants = TenantStore(cosmos.container(TENANTS_CONTAINER))
        if first is None:
            return await _create_first_tenant(tenants, wanted.name, pepper)
        await _furnish(settings, wanted, cosmos, first)
        if second:
            await _create_tenant(tenants, second, "Second", pepper)
            await _create_meeting(cosmos, MeetingKey(second.tenant, SECOND_MEETING), "The second tenant's meeting")
    finally:
        await cosmos.close()
    return None


def _key(secret: OptionalSecret, pepper: bytes) -> ApiKey | None:
    if secret is None:
        return None
    key = ApiKey.parse(secret.get_secret_value())
    if key is None or not key.is_genuine(pepper):
        raise ValueError("PARLEY_BOOTSTRAP_API_KEY or PARLEY_BOOTSTRAP_SECOND_API_KEY is not an API key")
    return key


async def _create_first_tenant(tenants: TenantStore, name: str, pepper: bytes) -> ApiKey | None:
    """Creates a tenant where there is none. Of several who try at once, one makes it and gets its key."""
    if await tenants.ids():
        return None
    key = ApiKey.generate(await tenants.first(new_id("ten")), pepper)
    now = utc_now()
    stored = StoredKey.of(key, pepper, now)
    try:
        await tenants.create(Tenant(id=key.tenant, tenant_id=key.tenant, name=name, created_on=now, keys=(stored,)))
    except AlreadyExistsError:
        return None
    return key


async def _furnish(settings: Settings, wanted: BootstrapSettings, cosmos: Cosmos, key: ApiKey) -> None:
    """What a laptop's tenant has to begin with."""
    pepper = settings.api_key_pepper.get_secret_value().encode()
    tenants = TenantStore(cosmos.container(TENANTS_CONTAINER))
    await _create_tenant(tenants, key, "Demo", pepper)
    if wanted.webhook_url:
        webhooks = webhook_service(settings, WebhookStore(cosmos.container(TENANTS_CONTAINER)), utc_now)
        await _point_webhook(webhooks, key.tenant, wanted.webhook_url)
    await _create_meeting(cosmos, MeetingKey(key.tenant, DEMO_MEETING), DEMO_TITLE)
    if wanted.directory:
        with suppress(AlreadyExistsError):
            owner = DirectoryOwner.of(wanted.directory, key.tenant)
            await DirectoryStore(cosmos.container(TENANTS_CONTAINER)).create(owner)
        await _link_directory(tenants, key.tenant, wanted.directory)
        staff = MeetingSettings(signed_in_role=Role.PRESENTER)
        await _create_meeting(cosmos, MeetingKey(key.tenant, STAFF_MEETING), "Staff meeting", staff)


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
        await database.create_container_if_not_exists(
            TENANTS_CONTAINER, partition_key=PartitionKey(path="/tenantId"), default_ttl=_TTL_PER_DOCUMENT
        )
        await database.create_container_if_not_exists(LEASES_CONTAINER, partition_key=PartitionKey(path="/id"))


async def _create_tenant(tenants: TenantStore, key: ApiKey, name: str, pepper: bytes) -> None:
    """The tenant with this key; an existing tenant gets it as its newest one if it does not have it."""
    digest = key.digest(pepper)

    async def attempt() -> None:
        now = utc_now()
        new_key = StoredKey.of(key, pepper, now)
        tenant = await tenants.find(key.tenant)
        if tenant is None:
            fresh = Tenant(id=key.tenant, tenant_id=key.tenant, name=name, created_on=now, keys=(new_key,))
            await tenants.create(fresh)
        elif digest not in [stored.digest for stored in tenant.keys]:
            kept = tenant.keys[-(MAXIMUM_LIVE_KEYS - 1) :]
            await tenants.replace(tenant.model_copy(update={"keys": (*kept, new_key)}))

    await until_it_holds(attempt)


async def _point_webhook(webhooks: WebhookService, tenant: str, url: str) -> None:
    """The webhook `inbox` with this URL; one that has it already stays as it is."""
    if url not in [webhook.url for webhook in await webhooks.all(tenant) if webhook.id == INBOX]:
        await webhooks.put(tenant, INBOX, {"url": url}, RequestConditions())


async def _link_directory(tenants: TenantStore, tenant: str, directory: str) -> None:
    async def attempt() -> None:
        found = await tenants.find(tenant)
        if found and found.directory != directory:
            await tenants.replace(found.model_copy(update={"directory": directory}))

    await until_it_holds(attempt)


async def _create_meeting(cosmos: Cosmos, key: MeetingKey, title: str, settings: MeetingSettings | None = None) -> None:
    meetings = MeetingService(MeetingStore(cosmos.container(MEETINGS_CONTAINER)), utc_now)
    content = MeetingContent(title=title, settings=settings or MeetingSettings())
    with suppress(PreconditionFailedError):
        await meetings.put(key, content, _ONLY_IF_ABSENT)


def main() -> int:
    try:
        key = asyncio.run(bootstrap(Settings(), BootstrapSettings()))
    except (ApiError, ValueError, AlreadyExistsError) as error:
        sys.stderr.write(f"bootstrap failed: {error}\n")
        return 1
    made = f"tenant {key.tenant}\nAPI key {key.text}\nKeep the key: it is not shown again.\n" if key else ""
    sys.stdout.write(made + "ready\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
