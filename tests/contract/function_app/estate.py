"""A tenant with one of everything, for tests that try every operation of the OpenAPI document, those to come too.

A new operation that names something by an id needs that id in `Estate`, or such a test fails: make one of those things
in `estate`, and name it as its path parameter does.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import httpx
import pytest

from function_app.events.catalogue import EventType
from function_app.timestamps import utc_now
from function_app.webhooks.deliveries import Delivery, DeliveryStatus
from parley_protocol.ids import new_id
from tests.support.openapi import OpenApi, Operation

from .support import FakeNode, Platform, Socket, eventually

MARK = "only-the-first-tenant-knows-this"
"""Stands in everything that the tenant can write, and in no answer to anybody else."""
MEETING = "planning"
WEBHOOK = "crm"
ALWAYS = {
    "timeZone": "Etc/UTC",
    "startsOn": "2026-01-01T00:00:00",
    "durationMinutes": 1440,
    "recurrence": "FREQ=DAILY",
}
"""A schedule by which the meeting is open at any time."""
TENANTS = {"apiKey", "apiKeyHeader"}
OPERATIONS = list(OpenApi().operations())


@dataclass
class Estate:
    """What the first tenant has, by the names of path parameters and of fields that the document leaves open."""

    platform: Platform
    ids: dict[str, Any] = field(default_factory=dict)

    async def documents(self) -> dict[str, Any]:
        """Everything of the tenant in the database, by its place; not when its keys were last used."""
        found: dict[str, Any] = {}
        tenant = self.platform.tenant
        sql = "SELECT * FROM c WHERE c.tenantId = @tenant AND c.type != 'keyUse'"
        for container in ("meetings", "webhooks", "tenants"):
            partition = tenant if container == "tenants" else (tenant,)
            for row in await self.platform.store.container(container).query(partition, sql, tenant=tenant):
                found[f"{container}/{row.get('meetingId')}/{row['id']}"] = row
        return found

    async def ask(self, operation: Operation, credential: dict[str, str]) -> httpx.Response:
        path, body = operation.path(self.ids), operation.body(self.ids)
        return await self.platform.http.request(operation.method, path, json=body, headers=credential)


@pytest.fixture
async def estate(platform: Platform, node: FakeNode, sockets: aiohttp.ClientSession) -> AsyncIterator[Estate]:
    """A tenant with one of everything."""
    await platform.call("PATCH", "/tenants/me", json={"brandingName": MARK})
    await platform.call("PUT", f"/meetings/{MEETING}", json={"title": MARK, "schedule": ALWAYS})
    joined = await platform.join("ann", MEETING, name=MARK, role="host")
    socket = Socket(joined["signalling"]["url"], sockets)
    await socket.open()
    await socket.chat(MARK, "c1")
    await eventually(lambda: bool(socket.of_type("chat")))
    session = joined["session"]["id"]
    banned = await platform.join(f"{MARK}@example.com", MEETING)
    remove = f"/sessions/{session}/participants/{banned['participant']['id']}:remove"
    assert (await platform.call("POST", remove, json={"ban": True})).status_code == 204
    invited = {"name": MARK, "email": f"{MARK}@example.com".lower()}
    assert (await platform.call("PUT", f"/meetings/{MEETING}/invitees/ann", json=invited)).status_code == 201
    ids = {
        "id": MEETING,
        "iid": "ann",
        "meeting": MEETING,
        "sid": session,
        "pid": joined["participant"]["id"],
        "peer": joined["peer"],
        "wid": WEBHOOK,
        "did": await delivery(platform),
        "bid": (await platform.call("GET", f"/meetings/{MEETING}/bans")).json()["value"][0]["id"],
        "uid": "ann",
        "opId": (await platform.call("POST", "/users/somebody-else:erase")).json()["id"],
        "kid": (await platform.call("GET", "/tenants/me/apiKeys")).json()["value"][0]["id"],
    }
    yield Estate(platform, ids)
    await socket.close()


async def delivery(platform: Platform) -> str:
    """The id of an entry in the delivery log of a webhook."""
    content = {"url": f"https://example.com/{MARK}", "enabled": False}
    assert (await platform.call("PUT", f"/webhooks/{WEBHOOK}", json=content)).status_code == 201
    webhook = await platform.services.webhooks.get(platform.tenant, WEBHOOK)
    logged = Delivery(
        id=new_id("dlv"),
        tenant_id=platform.tenant,
        meeting_id=MEETING,
        webhook_key=webhook.key,
        sequence=1,
        event_id=new_id("evt"),
        event_type=EventType.MEETING_CREATED,
        attempt=1,
        status=DeliveryStatus.DELIVERED,
        response_status=204,
        failure=None,
        duration_milliseconds=1,
        attempted_on=utc_now(),
        next_attempt_on=None,
        ttl=1000,
    )
    await platform.store.container("webhooks").create(logged.body())
    return logged.id
