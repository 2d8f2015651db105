"""What Event Grid reports of messages is written down, whoever else calls and however often and late it comes."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest

from function_app.notifications.delivery_reports import DELIVERY_REPORTS_PATH, KEY_HEADER
from function_app.timestamps import rfc3339
from local_azure.mailbox.emails import BOUNCING
from local_azure.mailbox.reports import DeliveryReports
from tests.contract.function_app.support import Server, bridge_to
from tests.support.waiting import eventually

from .conftest import REPORT_KEY, Notifications

EMAIL = "Microsoft.Communication.EmailDeliveryReportReceived"
SMS = "Microsoft.Communication.SMSDeliveryReportReceived"


async def bring(notifications: Notifications, body: object, key: str | None = REPORT_KEY) -> httpx.Response:
    headers = {"Content-Type": "application/cloudevents+json; charset=utf-8"}
    if key is not None:
        headers[KEY_HEADER] = key
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return await notifications.platform.http.post(DELIVERY_REPORTS_PATH, headers=headers, content=content)


def event(notifications: Notifications, status: str, message: str, seconds_ago: float = 0) -> dict[str, Any]:
    """As in Microsoft's documentation of the e-mail events."""
    at = rfc3339(notifications.platform.clock() - timedelta(seconds=seconds_ago))
    data = {
        "sender": "parley@example.com",
        "recipient": "ann@example.com",
        "messageId": message,
        "status": status,
        "deliveryStatusDetails": {"statusMessage": f"550 5.1.1 <ann@example.com> {status}"},
        "deliveryAttemptTimeStamp": at,
    }
    return {"specversion": "1.0", "id": str(uuid4()), "source": "/x", "type": EMAIL, "time": at, "data": data}


async def shown(notifications: Notifications, invitee: str = "ann") -> list[dict[str, Any]]:
    answer = await notifications.platform.call("GET", f"/meetings/weekly/invitees/{invitee}/notifications")
    assert answer.status_code == 200, answer.text
    return list(answer.json()["value"])


async def unreachable(notifications: Notifications) -> int:
    events = await notifications.platform.documents("event", "weekly")
    return sum(one["kind"] == "invitee.unreachable" for one in events)


@pytest.fixture
async def message(notifications: Notifications) -> str:
    """The id of the invitation that Ann was sent."""
    await notifications.put_meeting()
    await notifications.invite()
    await notifications.settle()
    return notifications.sent[0].id


async def test_the_tenant_sees_that_a_message_was_delivered(notifications: Notifications, message: str) -> None:
    [before] = await shown(notifications)
    assert (before["kind"], before["channel"], before["state"]) == ("invitation", "email", "sent")
    assert (await bring(notifications, event(notifications, "Delivered", message))).status_code == 204
    [after] = await shown(notifications)
    assert (after["state"], "reportedOn" in after) == ("delivered", True)
    assert (await notifications.invitee())["bounced"] == []


async def test_a_bounce_is_written_down_once_and_outlasts_reports_from_before_it(
    notifications: Notifications, message: str
) -> None:
    bounced = event(notifications, "Bounced", message)
    delivered_before = event(notifications, "Delivered", message, seconds_ago=20)
    for report in (bounced, bounced, delivered_before, [bounced, delivered_before]):
        assert (await bring(notifications, report)).status_code == 204
    [told] = await shown(notifications)
    assert (told["state"], told["reason"]) == ("bounced", "5.1.1")
    [bounce] = (await notifications.invitee())["bounced"]
    assert (bounce["channel"], bounce["reason"]) == ("email", "Bounced")
    assert await unreachable(notifications) == 1
    await notifications.put_meeting("Monthly")
    await notifications.settle()
    assert notifications.subjects == ["Invitation: Weekly"]


async def test_whose_invitation_has_bounced_is_invited_another_way_to_what_the_meeting_becomes(
    notifications: Notifications,
) -> None:
    await notifications.put_meeting()
    await notifications.invite(phone="+4915112345678")
    await notifications.settle()
    await bring(notifications, event(notifications, "Bounced", notifications.sent[0].id))
    await notifications.put_meeting("Monthly")
    await notifications.settle()
    told = sorted((one["channel"], one["kind"]) for one in await notifications.notifications())
    assert told == [("email", "invitation"), ("sms", "invitation")]


async def test_a_bounce_of_an_address_says_nothing_of_the_one_that_took_its_place(
    notifications: Notifications, message: str
) -> None:
    await notifications.invite(email="new@example.com")
    assert (await bring(notifications, event(notifications, "Bounced", message))).status_code == 204
    assert (await notifications.invitee())["bounced"] == []


async def test_a_report_that_is_faster_than_the_answer_stands_and_nothing_is_sent_again(
    notifications: Notifications,
) -> None:
    held = notifications.interception
    held.may_answer.clear()
    await notifications.put_meeting()
    await notifications.invite()
    await notifications.feed()
    await asyncio.wait_for(held.taken.wait(), 20)
    await bring(notifications, event(notifications, "Delivered", notifications.sent[0].id))
    held.may_answer.set()
    await notifications.settle()
    await notifications.tick(after_seconds=3600)
    await notifications.until_nothing_is_due()
    assert await notifications.states() == ["delivered"]
    assert len(notifications.sent) == 1


async def test_a_report_that_cannot_be_written_down_is_asked_for_again(
    notifications: Notifications, message: str
) -> None:
    await notifications.platform.cosmos_server.stop()
    assert (await bring(notifications, event(notifications, "Delivered", message))).status_code == 503
    await notifications.platform.cosmos_server.start()


@pytest.mark.parametrize("key", [None, "", "another-key-of-reports-for-the-tests-12345", "é"])
async def test_nobody_reports_without_the_key(notifications: Notifications, message: str, key: str | None) -> None:
    body = event(notifications, "Bounced", message)
    given = [] if key is None else [(KEY_HEADER.encode(), key.encode())]
    answer = await notifications.platform.http.post(DELIVERY_REPORTS_PATH, json=body, headers=given)
    assert answer.status_code == 401
    assert await notifications.states() == ["sent"]


@pytest.mark.parametrize(
    ("origin", "status"),
    [("eventgrid.azure.net", 200), ("EventGrid.azure.net, other.example", 200), ("x", 400), ("", 400)],
)
async def test_the_handshake_is_for_event_grid(notifications: Notifications, origin: str, status: int) -> None:
    http = notifications.platform.http
    answer = await http.options(DELIVERY_REPORTS_PATH, headers={"WebHook-Request-Origin": origin})
    assert answer.status_code == status
    assert (answer.headers.get("WebHook-Allowed-Origin") == "eventgrid.azure.net") is (status == 200)


async def test_what_is_no_report_of_a_message_of_ours_changes_nothing(
    notifications: Notifications, message: str
) -> None:
    good = event(notifications, "Delivered", message)
    changes: list[dict[str, Any]] = [
        {"type": "Microsoft.Communication.EmailEngagementTrackingReportReceived"},
        {"type": 1},
        {"time": "0001-01-01T00:00:00+14:00"},
        {"data": None},
        {"data": []},
        {"data": {**good["data"], "messageId": str(uuid4())}},
        {"data": {**good["data"], "messageId": "../x"}},
        {"data": {**good["data"], "status": "\ud800 Abducted"}},
        {"data": {**good["data"], "status": {}}},
        {"data": {**good["data"], "deliveryStatusDetails": "text"}},
        {"type": SMS, "data": {"Tag": "x", "DeliveryStatus": "Failed"}},
    ]
    bodies: list[Any] = [{**good, **change} for change in changes]
    for body in (*bodies, bodies, [], [[]], "text", 1, None):
        assert (await bring(notifications, body)).status_code == 204, body
    for raw in (b"", b"{", b"\xff", b"[" * 50_000, b"[" + b"0," * 2000 + b"0]"):
        assert (await bring(notifications, raw)).status_code == 400, raw[:10]
    assert await notifications.states() == ["sent"]


class TestOnALaptop:
    """With the stand-in's own reports."""

    @pytest.fixture
    async def to_platform(self) -> AsyncIterator[tuple[Server, list[httpx.AsyncClient]]]:
        api: list[httpx.AsyncClient] = []
        server = Server(lambda: bridge_to(api))
        await server.start()
        yield server, api
        await server.stop()

    @pytest.fixture
    def reports(self, to_platform: tuple[Server, list[httpx.AsyncClient]]) -> DeliveryReports:
        return DeliveryReports(f"{to_platform[0].origin}{DELIVERY_REPORTS_PATH}", REPORT_KEY)

    async def test_emails_and_texts_are_reported_and_some_bounce(
        self, notifications: Notifications, to_platform: tuple[Server, list[httpx.AsyncClient]]
    ) -> None:
        to_platform[1].append(notifications.platform.http)
        await notifications.put_meeting()
        await notifications.invite("ann")
        await notifications.invite("ben", email=None, phone="+4915112345678")
        await notifications.invite("cem", email=f"cem@{BOUNCING}")
        await notifications.settle()

        async def all_reported() -> bool:
            return await notifications.states() == ["bounced", "delivered", "delivered"]

        await eventually(all_reported, "every message is reported of")
        [bounce] = (await notifications.invitee("cem"))["bounced"]
        assert bounce["reason"] == "Bounced"
