"""A receiver that hangs or is dead delays nobody but itself."""

import pytest

from function_app.lanes import LANE_LENGTH, LANE_WIDTH
from function_app.stores.documents import MeetingKey
from function_app.webhooks.cursors import Cursor
from parley_protocol.ids import new_id
from tests.support.receiver import Receiver, hang
from tests.support.waiting import eventually

from .conftest import Webhooks

MEETINGS = [f"meeting-{number}" for number in range(12)]
MORE_THAN_ARE_LOOKED_AT_AT_ONCE = 210


@pytest.fixture
def timeout_seconds() -> float:
    """Longer than any of these tests: what hangs, hangs to the end."""
    return 30.0


async def test_one_webhook_that_hangs_does_not_delay_another(
    webhooks: Webhooks, receiver: Receiver, other_receiver: Receiver
) -> None:
    receiver.answer = hang
    await webhooks.put("dead", receiver.url)
    await webhooks.put("crm", other_receiver.url)
    for meeting in MEETINGS:
        await webhooks.change_meeting(1, meeting)
        await webhooks.feed(meeting)
    await webhooks.until_logged(*["delivered"] * len(MEETINGS))
    assert await webhooks.statuses("dead") == []
    assert len(receiver.received) == LANE_WIDTH


async def test_what_cannot_be_read_of_one_tenant_holds_up_no_other(
    webhooks: Webhooks, receiver: Receiver, caplog: pytest.LogCaptureFixture
) -> None:
    platform = webhooks.platform
    await webhooks.put("crm", receiver.url)
    stranger = new_id("ten")
    await platform.store.container("tenants").create({"id": "webhooks", "tenantId": stranger, "webhooks": [{"id": 1}]})
    cursor = {"id": "cursor_x", "type": "cursor", "tenantId": stranger, "webhookKey": "whk_x", "dueOn": "2026-01-01"}
    await platform.store.container("webhooks").create(cursor)
    await webhooks.change_meeting()
    [event] = await platform.documents("event", "weekly")
    await webhooks.bring([{**event, "tenantId": stranger}, event])
    await webhooks.until_logged("delivered")
    await webhooks.tick()
    assert f"events not taken tenant={stranger}" in caplog.text
    assert f"unreadable cursor tenant={stranger}" in caplog.text


async def test_much_that_is_due_for_a_webhook_that_hangs_does_not_hide_what_is_due_for_another(
    webhooks: Webhooks, receiver: Receiver, other_receiver: Receiver
) -> None:
    assert MORE_THAN_ARE_LOOKED_AT_AT_ONCE > LANE_LENGTH + LANE_WIDTH
    receiver.answer = hang
    await webhooks.put("dead", receiver.url)
    await webhooks.put("crm", other_receiver.url)
    await webhooks.change_meeting()
    platform = webhooks.platform
    dead, crm = await platform.services.webhooks.all(platform.tenant)
    for webhook in [dead] * MORE_THAN_ARE_LOOKED_AT_AT_ONCE + [crm]:
        due = Cursor.redelivery(webhook.key, MeetingKey(platform.tenant, "weekly"), 1, platform.clock())
        await platform.store.container("webhooks").create(due.body())
    await webhooks.tick()
    await eventually(lambda: other_receiver.received, "the other webhook got its event")
    assert len(receiver.received) <= LANE_WIDTH
