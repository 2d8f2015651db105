"""How a tenant, and the use of its API keys, is kept: all in the tenant's partition of the container `tenants`."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel
from ulid import ULID

from function_app.media.providers.names import MediaProviderName
from function_app.stores.documents import Document
from function_app.tenants.api_keys import COMMON_PREFIX, ApiKey
from function_app.tenants.callers import CallerRole
from function_app.timestamps import Timestamp

MAXIMUM_LIVE_KEYS = 2
FIRST_VERSION = "0"
FIRST_TENANT_DOCUMENT = "firstTenant"


class _Part(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, frozen=True)


class StoredKey(_Part):
    """One API key, as its digest."""

    digest: str
    created_on: Timestamp
    prefix: str = COMMON_PREFIX
    """How the key begins: enough to tell it from others by sight."""
    name: str | None = None
    role: CallerRole = CallerRole.ADMIN
    expires_on: Timestamp | None = None
    """Absent means never."""

    @classmethod
    def of(
        cls, key: ApiKey, pepper: bytes, now: datetime, *, name: str | None = None, role: CallerRole = CallerRole.ADMIN
    ) -> Self:
        return cls(digest=key.digest(pepper), prefix=key.prefix, created_on=now, name=name, role=role)

    @property
    def id(self) -> str:
        """The key's public name: it follows from the digest, and nothing follows from it."""
        return f"key_{ULID.from_bytes(bytes.fromhex(self.digest)[:16])}"

    def is_live(self, now: datetime) -> bool:
        return self.expires_on is None or now < self.expires_on


class TenantSettings(_Part):
    """What a tenant chooses for all of its meetings."""

    default_media_provider: MediaProviderName = MediaProviderName.SFU
    regions: tuple[str, ...] | None = None
    """Where sessions may be carried; None means anywhere."""
    branding_name: str | None = None
    """What people see as the name of the service; None means Parley's own."""


TenantsChoice = Callable[[str], Awaitable[TenantSettings]]
"""What the tenant with this id has chosen."""


class Tenant(Document):
    """An organisation. Two live keys let it change one without an outage."""

    type: Literal["tenant"] = "tenant"
    name: str
    created_on: Timestamp
    updated_on: Timestamp | None = None
    """Absent until the first change."""
    version: str = FIRST_VERSION
    """What the tenant sees as the ETag: it changes with the name and settings, and not with the keys."""
    settings: TenantSettings = TenantSettings()
    directory: str | None = None
    """The Entra tenant whose programs and people are this tenant's; it counts only while its owner document says so."""
    keys: tuple[StoredKey, ...] = Field(default=())

    def live_keys(self, now: datetime) -> tuple[StoredKey, ...]:
        return tuple(key for key in self.keys if key.is_live(now))

    def changed(self, now: datetime, name: str, directory: str | None, settings: TenantSettings) -> Self:
        """The next version; the same where nothing changes."""
        told = {"name": name, "directory": directory, "settings": settings}
        if told == {field: getattr(self, field) for field in told}:
            return self
        return self.model_copy(update={**told, "updated_on": now, "version": str(ULID())})

    def with_keys(self, *keys: StoredKey) -> Self:
        return self.model_copy(update={"keys": keys})


class FirstTenant(Document):
    """Who the first tenant is: it has a partition of its own, so that there is one however many make an installation
    ready at once."""

    type: Literal["firstTenant"] = "firstTenant"
    tenant: str

    @classmethod
    def of(cls, tenant: str) -> Self:
        return cls(id=FIRST_TENANT_DOCUMENT, tenant_id=FIRST_TENANT_DOCUMENT, tenant=tenant)


class KeyUse(Document):
    """When an API key was last used, to the minute; apart from the tenant, so that it never gets in a change's way."""

    type: Literal["keyUse"] = "keyUse"
    used_on: Timestamp

    @classmethod
    def document_id(cls, key: str) -> str:
        return f"use_{key}"
