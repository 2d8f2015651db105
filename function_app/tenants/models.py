"""Tenants and API keys as the API shows and takes them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated, Any, Self

from pydantic import Field, StringConstraints

from function_app.api.models import Request, Response
from function_app.directories.tokens import GUID
from function_app.media.providers.names import MediaProviderName
from function_app.tenants.callers import CallerRole
from function_app.tenants.documents import StoredKey, Tenant
from function_app.timestamps import Timestamp
from parley_protocol.ids import ApiKeyId, TenantId

MAXIMUM_KEEP_FORMER_SECONDS = 7 * 24 * 3600
_MAXIMUM_REGIONS = 20
_MAXIMUM_TOKEN_LENGTH = 8192

Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]
Region = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")]
DirectoryId = Annotated[str, StringConstraints(pattern=f"^{GUID}$", to_lower=True)]
Regions = Annotated[tuple[Region, ...], Field(min_length=1, max_length=_MAXIMUM_REGIONS)]


class TenantPatch(Request):
    """The body of PATCH (RFC 7396): what is absent stays as it is; null takes a choice back."""

    name: Name = Field(default="", examples=["Contoso"])
    default_media_provider: MediaProviderName = MediaProviderName.SFU
    regions: Regions | None = Field(default=None, examples=[["westeurope", "northeurope"]])
    branding_name: Name | None = None
    entra_tenant_id: DirectoryId | None = Field(
        default=None,
        description="The directory whose programs may call with access tokens, and whose people may sign in.",
        examples=["5f1c7a52-3d0e-4c61-9b57-0a2c6d0e8f11"],
    )
    entra_proof: str | None = Field(
        default=None,
        max_length=_MAXIMUM_TOKEN_LENGTH,
        description="With `entraTenantId`: an access token for Parley of a program of that directory, with the app "
        "role `Parley.Admin`. It shows that the directory's administrators agree, and is not kept.",
    )

    def changes(self) -> dict[str, Any]:
        """What the body names, by the fields of `Tenant` and `TenantSettings`."""
        named = {name: getattr(self, name) for name in self.model_fields_set - {"entra_proof"}}
        if "entra_tenant_id" in named:
            named["directory"] = named.pop("entra_tenant_id")
        return named


class TenantResource(Response):
    id: TenantId
    name: str
    default_media_provider: MediaProviderName
    """Who carries the media of the tenant's meetings."""
    regions: list[Region] | None = None
    """Where our nodes may carry sessions of meetings that do not choose, the best first; absent means anywhere."""
    branding_name: str | None = None
    """What people see as the name of the service; absent means Parley's own."""
    entra_tenant_id: str | None = None
    """The directory whose programs may call with access tokens, and whose people may sign in."""
    created_on: Timestamp
    updated_on: Timestamp
    etag: str

    @classmethod
    def of(cls, tenant: Tenant) -> Self:
        return cls(
            id=tenant.id,
            name=tenant.name,
            entra_tenant_id=tenant.directory,
            created_on=tenant.created_on,
            updated_on=tenant.updated_on or tenant.created_on,
            etag=f'"{tenant.version}"',
            **tenant.settings.model_dump(),
        )


class ApiKeyContent(Request):
    """The body that creates an API key."""

    name: Name | None = Field(default=None, examples=["Booking system"])
    """What the tenant calls it."""
    role: CallerRole = CallerRole.MEETINGS
    """`meetings` for what books and runs meetings; `admin` also for the tenant, its keys and its webhooks."""


class ApiKeyResource(Response):
    id: ApiKeyId
    prefix: str
    """How the key begins, to tell it by sight."""
    name: str | None = None
    role: CallerRole
    created_on: Timestamp
    expires_on: Timestamp | None = None
    """Present on one that was rotated and is kept for a while."""
    last_used_on: Timestamp | None = None
    """To the minute; absent when it never was."""

    @classmethod
    def of(cls, key: StoredKey, last_used_on: datetime | None = None) -> Self:
        told = {name: getattr(key, name) for name in ("id", "prefix", "name", "role", "created_on", "expires_on")}
        return cls(last_used_on=last_used_on, **told)


class NewApiKey(ApiKeyResource):
    """An API key in the one answer that shows it."""

    key: str
    """The key itself: keep it, it is not shown again."""

    @classmethod
    def made(cls, key: StoredKey, text: str) -> Self:
        return cls(key=text, **ApiKeyResource.of(key).model_dump())


class ApiKeyList(Response):
    value: list[ApiKeyResource]
    """The live ones, oldest first."""


class KeyRotation(Request):
    """The body of `:rotate`."""

    keep_former_seconds: int = Field(
        default=0,
        ge=0,
        le=MAXIMUM_KEEP_FORMER_SECONDS,
        description="For how long the former key still works. Above 0 only where it is the only live key.",
    )

    @property
    def keep_former(self) -> timedelta:
        return timedelta(seconds=self.keep_former_seconds)
