"""What administrators do with their tenant and its API keys. Each act is written with its audit entry in one batch."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple, Protocol

from function_app.audit.documents import AuditEntry
from function_app.errors import (
    ApiKeyNotFoundError,
    DirectoryTakenError,
    LastApiKeyError,
    TooManyApiKeysError,
    UnauthorizedError,
)
from function_app.stores.tenants import TenantStore
from function_app.tenants.api_keys import ApiKey
from function_app.tenants.callers import Caller, CallerRole
from function_app.tenants.directories import TenantDirectories
from function_app.tenants.documents import MAXIMUM_LIVE_KEYS, StoredKey, Tenant, TenantSettings
from function_app.timestamps import Clock


class Conditions(Protocol):
    """What the caller asks of the tenant's present version."""

    def check(self, version: str | None) -> None:
        """Raises PreconditionFailedError when it does not hold."""


class KeyInUse(NamedTuple):
    key: StoredKey
    last_used_on: datetime | None


class NewKey(NamedTuple):
    text: str
    """The key itself, which is nowhere kept."""
    key: StoredKey


class TenantService:
    """`changed` is told the id of each tenant that was changed."""

    def __init__(
        self,
        store: TenantStore,
        directories: TenantDirectories,
        pepper: bytes,
        clock: Clock,
        changed: Callable[[str], None],
    ) -> None:
        self._store = store
        self._directories = directories
        self._pepper = pepper
        self._clock = clock
        self._changed = changed

    async def get(self, tenant: str) -> Tenant:
        """Raises UnauthorizedError when the tenant has gone since its caller was let in."""
        found = await self._store.find(tenant)
        if found is None:
            raise UnauthorizedError
        return found

    async def patch(
        self, caller: Caller, changes: Mapping[str, Any], proof: str | None, conditions: Conditions
    ) -> Tenant:
        """Changes what is named: `name`, `directory`, and fields of TenantSettings; `proof` is a directory's token.

        Raises PreconditionFailedError, and what TenantDirectories raises.
        """
        now = self._clock()
        settings = {name: value for name, value in changes.items() if name not in ("name", "directory")}
        wanted: str | None = changes.get("directory")
        if wanted is not None:
            present = await self.get(caller.tenant)
            conditions.check(present.version)
            await self._directories.claim(caller.tenant, present.directory, wanted, proof)

        def changed(tenant: Tenant) -> Tenant:
            conditions.check(tenant.version)
            chosen = TenantSettings.model_validate(tenant.settings.model_dump() | settings)
            name, directory = changes.get("name", tenant.name), changes.get("directory", tenant.directory)
            return tenant.changed(now, name, directory, chosen)

        patched = await self._change(caller, changed, "patchTenant", {})
        if wanted is not None:
            await self._confirm(caller, wanted)
        return patched

    async def keys(self, tenant: str) -> list[KeyInUse]:
        """The tenant's live keys, oldest first."""
        live = (await self.get(tenant)).live_keys(self._clock())
        return [KeyInUse(key, await self._store.last_use(tenant, key.id)) for key in live]

    async def create_key(self, caller: Caller, name: str | None, role: CallerRole) -> NewKey:
        """Raises TooManyApiKeysError."""
        now = self._clock()
        new = self._new_key(caller.tenant, name, role, now)

        def changed(tenant: Tenant) -> Tenant:
            live = tenant.live_keys(now)
            if len(live) >= MAXIMUM_LIVE_KEYS:
                raise TooManyApiKeysError
            return tenant.with_keys(*live, new.key)

        await self._change(caller, changed, "createApiKey", {"apiKey": new.key.id})
        return new

    async def rotate_key(self, caller: Caller, key: str, keep_former: timedelta) -> NewKey:
        """A new key in the place of a live one, which goes on for `keep_former`.

        Raises ApiKeyNotFoundError, and TooManyApiKeysError when there is no room to keep the former one.
        """
        now = self._clock()
        found = _live_key(await self.get(caller.tenant), key, now)
        new = self._new_key(caller.tenant, found.name, found.role, now)

        def changed(tenant: Tenant) -> Tenant:
            former = _live_key(tenant, key, now)
            others = tuple(one for one in tenant.live_keys(now) if one.id != key)
            if not keep_former:
                return tenant.with_keys(*others, new.key)
            if others:
                raise TooManyApiKeysError("There are two live API keys, so the former one cannot be kept for a while.")
            ending = min(filter(None, (former.expires_on, now + keep_former)))
            return tenant.with_keys(former.model_copy(update={"expires_on": ending}), new.key)

        await self._change(caller, changed, "rotateApiKey", {"apiKey": key, "newApiKey": new.key.id})
        return new

    async def revoke_key(self, caller: Caller, key: str) -> None:
        """Takes the key away, if it is there. Raises LastApiKeyError when nobody could administer the tenant then."""
        now = self._clock()

        def changed(tenant: Tenant) -> Tenant:
            live = tenant.live_keys(now)
            kept = tuple(one for one in live if one.id != key)
            if kept == live:
                return tenant
            if not any(one.role is CallerRole.ADMIN and one.expires_on is None for one in kept):
                raise LastApiKeyError
            return tenant.with_keys(*kept)

        await self._change(caller, changed, "revokeApiKey", {"apiKey": key})

    async def _confirm(self, caller: Caller, directory: str) -> None:
        """Takes the directory out of the tenant again where another was faster. Raises DirectoryTakenError."""
        now = self._clock()

        def without(tenant: Tenant) -> Tenant:
            kept = None if tenant.directory == directory else tenant.directory
            return tenant.changed(now, tenant.name, kept, tenant.settings)

        try:
            await self._directories.confirm(caller.tenant, directory)
        except DirectoryTakenError:
            await self._change(caller, without, "patchTenant", {})
            raise

    def _new_key(self, tenant: str, name: str | None, role: CallerRole, now: datetime) -> NewKey:
        key = ApiKey.generate(tenant, self._pepper)
        return NewKey(key.text, StoredKey.of(key, self._pepper, now, name=name, role=role))

    async def _change(
        self, caller: Caller, change: Callable[[Tenant], Tenant], action: str, target: Mapping[str, str]
    ) -> Tenant:
        entry = AuditEntry.new(caller.tenant, caller.actor, action, target, self._clock())
        changed = await self._store.change(caller.tenant, change, entry)
        self._changed(caller.tenant)
        return changed


def _live_key(tenant: Tenant, key: str, now: datetime) -> StoredKey:
    for stored in tenant.live_keys(now):
        if stored.id == key:
            return stored
    raise ApiKeyNotFoundError
