"""The control plane with the local tenant's webhooks, and receivers on this machine."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import azure.functions as func
import pytest

from function_app.timestamps import utc_now
from function_app.triggers import webhooks as trigger
from local_azure.functions_host.timers import timer_request
from tests.contract.function_app.support import Platform, running_platform
from tests.support.receiver import Receiver, running_receiver
from tests.support.waiting import eventually


@dataclass
class Webhooks:
    """A tenant with webhooks: what it does, and what the Functions host does for it."""

    platform: Platform

    async def put(self, webhook: str, url: str, **more: Any) -> dict[str, Any]:
        answer = await self.platform.call("PUT", f"/webhooks/{webhook}", json={"url": url, **more})
        assert answer.status_code in (200, 201), answer.text
        return dict(answer.json())

    async def change_meeting(self, times: int = 1, meeting: str = "weekly") -> None:
        """Causes an event each time."""
        for number in range(times):
            answer = await self.platform.put_meeting(meeting, f"Title {number}")
            assert answer.status_code in (200, 201), answer.text

    async def feed(self, meeting: str = "weekly") -> None:
        """Hands every event of the meeting to the change-feed function, as the host does."""
        await self.bring(await self.platform.documents("event", meeting))

    async def bring(self, documents: list[dict[str, Any]]) -> None:
        """Hands these to the change-feed function."""
        await trigger.webhook_events(func.DocumentList([func.Document.from_dict(one) for one in documents]))

    async def tick(self, after_seconds: float = 0) -> None:
        """The timer fires, once so much time has gone by."""
        self.platform.clock.advance(after_seconds)
        request = timer_request(past_due=False, last=None, following=utc_now())
        await trigger.webhook_retries(request)

    async def deliveries(self, webhook: str = "crm", **query: Any) -> list[dict[str, Any]]:
        """The log, oldest first."""
        answer = await self.platform.call("GET", f"/webhooks/{webhook}/deliveries", params=query)
        assert answer.status_code == 200, answer.text
        return list(reversed(answer.json()["value"]))

    async def statuses(self, webhook: str = "crm") -> list[str]:
        return [one["status"] for one in await self.deliveries(webhook)]

    async def until_logged(self, *expected: str, webhook: str = "crm") -> None:
        """Waits until the log holds exactly these statuses, oldest first."""

        async def logged() -> bool:
            return await self.statuses(webhook) == list(expected)

        await eventually(logged, f"the log of {webhook} says {expected}")

    async def cursors(self) -> list[dict[str, Any]]:
        """What is delivered or to be delivered, to whatever webhook."""
        sql = "SELECT * FROM c WHERE c.type = 'cursor'"
        return await self.platform.store.container("webhooks").query_every_partition(sql)

    async def until_at_rest(self) -> None:
        """Waits until nothing is to be delivered any more, now or later."""

        async def at_rest() -> bool:
            return all(cursor["dueOn"] is None for cursor in await self.cursors())

        await eventually(at_rest, "all is delivered")


@pytest.fixture
def timeout_seconds() -> float:
    """How long a receiver may take to answer."""
    return 1.0


@pytest.fixture
async def platform(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, timeout_seconds: float) -> AsyncIterator[Platform]:
    settings: dict[str, Any] = {"webhooks_to_private_addresses": True, "webhook_timeout_seconds": timeout_seconds}
    async with running_platform(tmp_path, **settings) as running:
        monkeypatch.setattr(trigger, "process", running.process)
        yield running


@pytest.fixture
def webhooks(platform: Platform) -> Webhooks:
    return Webhooks(platform)


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with running_receiver() as running:
        yield running


@pytest.fixture
async def other_receiver() -> AsyncIterator[Receiver]:
    async with running_receiver() as running:
        yield running
