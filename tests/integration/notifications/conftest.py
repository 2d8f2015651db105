"""The control plane with every channel set up, and the stand-in that takes what is sent."""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import azure.functions as func
import pytest

from function_app.timestamps import rfc3339, utc_now
from function_app.triggers import notifications as trigger
from local_azure.acs import AcsStandIn
from local_azure.functions_host.timers import timer_request
from local_azure.mailbox.messages import SentMessage
from local_azure.mailbox.reports import DeliveryReports
from tests.contract.function_app.support import Platform, Server, new_push_key, running_platform
from tests.support.interception import Interception
from tests.support.waiting import eventually

ACS_KEY = base64.b64encode(b"an access key of acs, for the tests only").decode()
REPORT_KEY = "a-key-of-reports-for-the-tests-only-12345"
WEEKLY = {
    "timeZone": "Europe/Berlin",
    "durationMinutes": 30,
    "recurrence": "FREQ=WEEKLY",
}


@dataclass
class Notifications:
    """What a tenant does with a meeting's invitees, and what the Functions host does for it."""

    platform: Platform
    acs: AcsStandIn
    interception: Interception
    """Of the service by which all is sent."""
    acs_server: Server

    @property
    def sent(self) -> list[SentMessage]:
        return self.acs.mailbox.messages

    @property
    def subjects(self) -> list[str]:
        return [message.subject for message in self.sent]

    async def put_meeting(self, title: str = "Weekly", meeting: str = "weekly", **more: Any) -> None:
        answer = await self.platform.call("PUT", f"/meetings/{meeting}", json={"title": title, **more})
        assert answer.status_code in (200, 201), answer.text

    async def invite(self, invitee: str = "ann", meeting: str = "weekly", **more: Any) -> dict[str, Any]:
        body = {"name": invitee.title(), "email": f"{invitee}@example.com", **more}
        answer = await self.platform.call("PUT", f"/meetings/{meeting}/invitees/{invitee}", json=body)
        assert answer.status_code in (200, 201), answer.text
        return dict(answer.json())

    async def invitee(self, invitee: str = "ann", meeting: str = "weekly") -> dict[str, Any]:
        answer = await self.platform.call("GET", f"/meetings/{meeting}/invitees/{invitee}")
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    async def remove(self, invitee: str = "ann", meeting: str = "weekly") -> None:
        answer = await self.platform.call("DELETE", f"/meetings/{meeting}/invitees/{invitee}")
        assert answer.status_code == 204, answer.text

    async def feed(self, meeting: str = "weekly") -> None:
        """Hands every event of the meeting to the change-feed function, as the host does; again each time."""
        events = await self.platform.documents("event", meeting)
        await trigger.notification_events(func.DocumentList([func.Document.from_dict(one) for one in events]))

    async def tick(self, after_seconds: float = 0) -> None:
        """The timer fires, once so much time has gone by."""
        self.platform.clock.advance(after_seconds)
        await trigger.due_notifications(timer_request(past_due=False, last=None, following=utc_now()))

    async def settle(self, meeting: str = "weekly") -> None:
        """News is taken, and all that is due by then or within a minute is sent."""
        await self.feed(meeting)
        await self.until_nothing_runs(meeting)
        await self.tick(after_seconds=31)
        await self.until_nothing_is_due(meeting)

    async def notifications(self, meeting: str = "weekly") -> list[dict[str, Any]]:
        return await self.platform.documents("notification", meeting)

    async def states(self, meeting: str = "weekly") -> list[str]:
        return sorted(str(one["state"]) for one in await self.notifications(meeting))

    async def until_nothing_runs(self, meeting: str = "weekly") -> None:
        """What was begun is at its end, by a clock that stands still: a claim that lapses meanwhile is another case."""

        async def is_so() -> bool:
            now = rfc3339(self.platform.clock())
            due = [one for one in await self.notifications(meeting) if one["dueOn"]]
            return not any(one["claim"] or one["dueOn"] <= now for one in due)

        await eventually(is_so, "nothing is being sent", within=40)

    async def until_nothing_is_due(self, meeting: str = "weekly") -> None:
        """E-mail is asked after until its fate is known, which takes a while of the clock."""

        async def at_rest() -> bool:
            await self.tick(after_seconds=8)
            await self.until_nothing_runs(meeting)
            now = rfc3339(self.platform.clock())
            waiting = [one for one in await self.notifications(meeting) if one["dueOn"]]
            return not any(one["dueOn"] <= now or one["attemptedOn"] for one in waiting)

        await eventually(at_rest, "all that is due is sent", within=40)


@pytest.fixture
def reports() -> DeliveryReports:
    """Where what became of messages is reported: nowhere, unless a test says otherwise."""
    return DeliveryReports()


@pytest.fixture
async def notifications(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, reports: DeliveryReports
) -> AsyncIterator[Notifications]:
    acs = AcsStandIn(ACS_KEY, reports)
    interception = Interception(acs.app)
    server = Server(interception.app)
    await server.start()
    settings: dict[str, Any] = {
        "acs_endpoint": server.origin,
        "acs_key": ACS_KEY,
        "email_sender": "parley@example.com",
        "sms_sender": "+18005550100",
        "delivery_report_key": REPORT_KEY,
        "web_push_key": new_push_key(),
        "web_push_contact": "mailto:ops@example.com",
        "webhooks_to_private_addresses": True,
    }
    async with running_platform(tmp_path, **settings) as platform:
        monkeypatch.setattr(trigger, "process", platform.process)
        yield Notifications(platform, acs, interception, server)
    await server.stop()
