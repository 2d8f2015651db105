"""What a tenant can have sent again: a test, one delivery, a meeting's events from one on."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
from base64 import b64decode, b64encode

import pytest
from aiohttp import web

from parley_protocol.ids import new_id
from tests.support.receiver import Received, Receiver, accept, hang, status
from tests.support.waiting import eventually

from .conftest import Webhooks


def signature(secret: str, received: Received) -> str:
    """As a receiver computes it."""
    signed = f"{received.headers['webhook-id']}.{received.headers['webhook-timestamp']}.".encode() + received.body
    mac = hmac.new(b64decode(secret.removeprefix("whsec_")), signed, hashlib.sha256)
    return "v1," + b64encode(mac.digest()).decode()


async def replay(webhooks: Webhooks, first: int, meeting: str = "weekly") -> int:
    body = {"meeting": meeting, "fromSequence": first}
    return (await webhooks.platform.call("POST", "/webhooks/crm:replay", json=body)).status_code


async def test_a_replay_sends_a_meetings_events_again_in_order(webhooks: Webhooks, receiver: Receiver) -> None:
    await webhooks.put("crm", receiver.url)
    await webhooks.change_meeting(5)
    await webhooks.feed()
    await webhooks.until_at_rest()
    assert await replay(webhooks, 3) == 202
    await webhooks.until_at_rest()
    assert receiver.sequences() == [1, 2, 3, 4, 5, 3, 4, 5]
    ids = [received.headers["webhook-id"] for received in receiver.received]
    assert ids[2:5] == ids[5:8]


async def test_a_replay_reaches_back_before_the_webhook_was_made(webhooks: Webhooks, receiver: Receiver) -> None:
    await webhooks.change_meeting(2)
    await webhooks.put("crm", receiver.url)
    assert await replay(webhooks, 1) == 202
    await webhooks.until_at_rest()
    assert receiver.sequences() == [1, 2]


async def test_a_replay_while_an_event_is_on_its_way_is_sent_by_the_same_worker(
    webhooks: Webhooks, receiver: Receiver
) -> None:
    let_go = asyncio.Event()

    async def hold_the_third(received: Received) -> web.Response:
        if received.place[1] == 3:
            await let_go.wait()
        return web.Response()

    await webhooks.put("crm", receiver.url)
    receiver.answer = hold_the_third
    await webhooks.change_meeting(4)
    await webhooks.feed()
    await eventually(lambda: len(receiver.received) == 3, "the third event is on its way")
    assert await replay(webhooks, 2) == 202
    await webhooks.tick()
    assert receiver.sequences() == [1, 2, 3]
    let_go.set()
    await webhooks.until_at_rest()
    assert receiver.sequences() == [1, 2, 3, 2, 3, 4]


async def test_old_events_that_are_replayed_have_72_hours_of_their_own(webhooks: Webhooks, receiver: Receiver) -> None:
    await webhooks.put("crm", receiver.url)
    await webhooks.change_meeting()
    await webhooks.feed()
    await webhooks.until_at_rest()
    webhooks.platform.clock.advance(100 * 3600)
    receiver.answer = status(500)
    assert await replay(webhooks, 1) == 202
    await webhooks.until_logged("delivered", "failed")


@pytest.mark.parametrize(("meeting", "first", "code"), [("weekly", 2, 400), ("weekly", 0, 400), ("nowhere", 1, 404)])
async def test_what_never_happened_cannot_be_replayed(
    webhooks: Webhooks, receiver: Receiver, meeting: str, first: int, code: int
) -> None:
    await webhooks.put("crm", receiver.url)
    await webhooks.change_meeting()
    assert await replay(webhooks, first, meeting) == code


async def test_a_delivery_is_sent_once_more_beside_what_waits(webhooks: Webhooks, receiver: Receiver) -> None:
    await webhooks.put("crm", receiver.url)
    await webhooks.change_meeting()
    await webhooks.feed()
    await webhooks.until_logged("delivered")
    receiver.answer = status(500)
    await webhooks.change_meeting()
    await webhooks.feed()
    await webhooks.until_logged("delivered", "failed")
    receiver.answer = accept
    [first, _] = await webhooks.deliveries()
    path = f"/webhooks/crm/deliveries/{first['id']}:redeliver"
    assert (await webhooks.platform.call("POST", path)).status_code == 202
    await webhooks.until_logged("delivered", "failed", "delivered")
    assert receiver.sequences() == [1, 2, 1]
    assert [cursor["id"] for cursor in await webhooks.cursors()] == ["cursor_weekly"]


async def test_a_dead_letter_can_be_redelivered(webhooks: Webhooks, receiver: Receiver) -> None:
    await webhooks.put("crm", receiver.url)
    receiver.answer = status(500)
    await webhooks.change_meeting()
    webhooks.platform.clock.advance(73 * 3600)
    await webhooks.feed()
    await webhooks.until_logged("deadLettered")
    receiver.answer = accept
    [dead] = await webhooks.deliveries(status="deadLettered")
    await webhooks.platform.call("POST", f"/webhooks/crm/deliveries/{dead['id']}:redeliver")
    await webhooks.until_logged("deadLettered", "delivered")


async def test_a_delivery_that_is_not_there_is_404(webhooks: Webhooks, receiver: Receiver) -> None:
    await webhooks.put("crm", receiver.url)
    answer = await webhooks.platform.call("POST", f"/webhooks/crm/deliveries/{new_id('dlv')}:redeliver")
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "DeliveryNotFound")


async def test_a_test_event_is_sent_at_once_and_its_outcome_shown(webhooks: Webhooks, receiver: Receiver) -> None:
    secret = (await webhooks.put("crm", receiver.url))["secret"]
    answer = (await webhooks.platform.call("POST", "/webhooks/crm:test")).json()
    assert (answer["delivered"], answer["responseStatus"]) == (True, 204)
    [received] = receiver.received
    assert received.event["type"] == "webhook.test"
    assert received.headers["webhook-signature"] == signature(secret, received)
    receiver.answer = hang
    answer = (await webhooks.platform.call("POST", "/webhooks/crm:test")).json()
    assert (answer["delivered"], answer["failure"]) == (False, "timedOut")


async def test_after_a_rotation_messages_are_signed_with_both_secrets_until_the_former_expires(
    webhooks: Webhooks, receiver: Receiver
) -> None:
    first = (await webhooks.put("crm", receiver.url))["secret"]
    answer = await webhooks.platform.call("POST", "/webhooks/crm:rotateSecret", json={"keepFormerSeconds": 60})
    second = answer.json()["secret"]
    await webhooks.change_meeting()
    await webhooks.feed()
    await webhooks.until_at_rest()
    webhooks.platform.clock.advance(60)
    await webhooks.change_meeting()
    await webhooks.feed()
    await webhooks.until_at_rest()
    both, alone = receiver.received
    assert both.headers["webhook-signature"] == f"{signature(second, both)} {signature(first, both)}"
    assert alone.headers["webhook-signature"] == signature(second, alone)


async def test_a_new_address_is_tried_at_once(webhooks: Webhooks, receiver: Receiver, other_receiver: Receiver) -> None:
    await webhooks.put("crm", receiver.url)
    receiver.answer = status(500)
    await webhooks.change_meeting(2)
    await webhooks.feed()
    await webhooks.until_logged("failed")
    await webhooks.platform.call("PATCH", "/webhooks/crm", json={"url": other_receiver.url})
    await webhooks.until_at_rest()
    assert other_receiver.sequences() == [1, 2]


async def test_the_log_is_paged_newest_first(webhooks: Webhooks, receiver: Receiver) -> None:
    await webhooks.put("crm", receiver.url)
    await webhooks.change_meeting(5)
    await webhooks.feed()
    await webhooks.until_at_rest()
    page = (await webhooks.platform.call("GET", "/webhooks/crm/deliveries", params={"maxpagesize": 3})).json()
    rest = (await webhooks.platform.call("GET", page["nextLink"])).json()
    assert [one["sequence"] for one in page["value"] + rest["value"]] == [5, 4, 3, 2, 1]
    assert "nextLink" not in rest


async def test_a_tenant_cannot_make_us_call_its_receiver_without_end(webhooks: Webhooks, receiver: Receiver) -> None:
    await webhooks.put("crm", receiver.url)
    answers = [await webhooks.platform.call("POST", "/webhooks/crm:test") for _ in range(40)]
    assert 429 in {answer.status_code for answer in answers}
