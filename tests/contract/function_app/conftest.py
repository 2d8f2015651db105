"""The control plane, and a node that carries sessions."""

from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest

from function_app.stores.tenants import TenantStore
from function_app.tenants.api_keys import ApiKey
from function_app.tenants.documents import StoredKey, Tenant
from function_app.timestamps import utc_now
from parley_protocol.ids import new_id

from .support import PEPPER, FakeNode, Platform, bearer, running_platform


@pytest.fixture
async def platform(tmp_path: Path) -> AsyncIterator[Platform]:
    async with running_platform(tmp_path) as running:
        yield running


@pytest.fixture
async def sockets() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


@pytest.fixture
async def node(platform: Platform, sockets: aiohttp.ClientSession) -> AsyncIterator[FakeNode]:
    """A node that is registered and listens."""
    running = FakeNode(platform, sockets)
    await running.start()
    yield running
    assert running.socket
    await running.socket.close()


@pytest.fixture
async def other_tenant(platform: Platform) -> dict[str, str]:
    """The credential of another tenant."""
    key = ApiKey.generate(new_id("ten"), PEPPER.encode())
    stored = StoredKey.of(key, PEPPER.encode(), utc_now())
    tenant = Tenant(id=key.tenant, tenant_id=key.tenant, name="Other", created_on=utc_now(), keys=(stored,))
    await TenantStore(platform.store.container("tenants")).create(tenant)
    return bearer(key.text)
