"""`/tenants/me`: the calling tenant itself, and its API keys. For credentials with the role `admin`."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path
from starlette.responses import Response

from function_app.api.conditional import ConditionsOf
from function_app.api.credentials import Administrator, ServicesOf
from function_app.tenants.documents import Tenant
from function_app.tenants.models import (
    ApiKeyContent,
    ApiKeyList,
    ApiKeyResource,
    KeyRotation,
    NewApiKey,
    TenantPatch,
    TenantResource,
)
from parley_protocol.ids import ApiKeyId

KeyIdInPath = Annotated[ApiKeyId, Path(alias="kid")]

router = APIRouter(tags=["tenants"])


@router.get(
    "/tenants/me",
    operation_id="getTenant",
    responses={200: {"model": TenantResource}, 304: {"description": "The caller has this version."}},
)
async def get_tenant(caller: Administrator, services: ServicesOf, conditions: ConditionsOf) -> Response:
    """The tenant that the credential is of."""
    found = await services.tenants.get(caller.tenant)
    if conditions.if_match:
        conditions.check(found.version)
    if conditions.not_modified(found.version):
        return Response(status_code=304, headers={"ETag": f'"{found.version}"'})
    return _shown(found)


@router.patch("/tenants/me", operation_id="patchTenant", responses={200: {"model": TenantResource}})
async def patch_tenant(
    caller: Administrator, services: ServicesOf, change: TenantPatch, conditions: ConditionsOf
) -> Response:
    """Changes what the body names (JSON merge patch, RFC 7396). A directory belongs to one tenant at most."""
    return _shown(await services.tenants.patch(caller, change.changes(), change.entra_proof, conditions))


@router.get("/tenants/me/apiKeys", operation_id="listApiKeys", response_model_exclude_none=True)
async def list_api_keys(caller: Administrator, services: ServicesOf) -> ApiKeyList:
    """The live API keys, of which there are at most two; the keys themselves are not shown."""
    keys = await services.tenants.keys(caller.tenant)
    return ApiKeyList(value=[ApiKeyResource.of(one.key, one.last_used_on) for one in keys])


@router.post("/tenants/me/apiKeys", operation_id="createApiKey", status_code=201, response_model_exclude_none=True)
async def create_api_key(caller: Administrator, services: ServicesOf, content: ApiKeyContent) -> NewApiKey:
    """Creates an API key; this answer alone shows it."""
    new = await services.tenants.create_key(caller, content.name, content.role)
    return NewApiKey.made(new.key, new.text)


@router.post("/tenants/me/apiKeys/{kid}:rotate", operation_id="rotateApiKey", response_model_exclude_none=True)
async def rotate_api_key(
    caller: Administrator, services: ServicesOf, key: KeyIdInPath, request: KeyRotation | None = None
) -> NewApiKey:
    """Makes a new key, with the same name and role, in the place of this one."""
    new = await services.tenants.rotate_key(caller, key, (request or KeyRotation()).keep_former)
    return NewApiKey.made(new.key, new.text)


@router.delete("/tenants/me/apiKeys/{kid}", operation_id="revokeApiKey", status_code=204)
async def revoke_api_key(caller: Administrator, services: ServicesOf, key: KeyIdInPath) -> Response:
    """Takes the key away: at once in the process that answers, within 30 s in all. 204 also when there is none."""
    await services.tenants.revoke_key(caller, key)
    return Response(status_code=204)


def _shown(tenant: Tenant) -> Response:
    resource = TenantResource.of(tenant)
    return Response(
        resource.model_dump_json(by_alias=True, exclude_none=True),
        headers={"ETag": resource.etag},
        media_type="application/json",
    )
