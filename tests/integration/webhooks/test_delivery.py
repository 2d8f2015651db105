"""Events reach a webhook: signed, in order, at least once, whatever its server does."""

from datetime import datetime

import pytest
from aiohttp import web

from function_app.webhooks.deliveries import LOOK_AT_DISABLED_EVERY
from tests.support.receiver import Received, Receiver, accept, hang, status
from tests.support.waiting import eventually

from .conftest import Webhooks

THREE_DAYS = 72 * 3600


async def test_an_event_arrives_as_a_signed_cloud_event(webhooks: Webhooks, receiver: Receiver) -> None:
    secret = (await webhooks.put("crm", receiver.url))["secret"]
    await webhooks.change_meeting()
    await webhooks.feed()
    await eventually(lambda: receiver.received, "the event arrived")
    [received] = receiver.received
    event = received.event
    assert received.headers["content-type"] == "application/cloudevents+json"
    assert event["specversion"] == "1.0"
    assert (event["type"], event["subject"], event["sequence"]) == ("meeting.created", "weekly", 1)
    assert event["source"] == "https://meet.example/meetings/weekly"
    assert event["data"] == {"title": "Title 0"}
    assert event["id"] == received.headers["webhook-id"]
    assert received.headers["webhook-signature"].startswith("v1,")
    assert secret.startswith("whsec_")


async def test_events_arrive_in_the_order_in_which_they_happened(webhooks: Webhooks, receiver: Receiver) -> None:
    await webhooks.put("crm", receiver.url)
    await webhooks.change_meeting(8)
    await webhooks.feed()
    await webhooks.until_at_rest()
    assert receiver.sequences() == list(range(1, 9))


async def test_the_feed_may_bring_everything_again(webhooks: Webhooks, receiver: Receiver) -> None:
    await webhooks.put("crm", receiver.url)
    await webhooks.change_meeting(2)
    for _ in range(3):
        await webhooks.feed()
        await webhooks.until_at_rest()
    await webhooks.tick()
    assert receiver.sequences() == [1, 2]


async def test_what_happened_before_the_webhook_was_made_is_not_sent(webhooks: Webhooks, receiver: Receiver) -> None:
    await webhooks.change_meeting(3)
    await webhooks.put("crm", receiver.url)
    await webhooks.feed()
    await webhooks.change_meeting(2)
    await webhooks.feed()
    await webhooks.until_at_rest()
    assert receiver.sequences() == [4, 5]


async def test_only_the_chosen_types_are_sent(webhooks: Webhooks, receiver: Receiver) -> None:
    await webhooks.put("crm", receiver.url, eventTypes=["meeting.created", "meeting.deleted"])
    await webhooks.change_meeting(3)
    await webhooks.platform.call("DELETE", "/meetings/weekly")
    await webhooks.feed()
    await webhooks.until_at_rest()
    assert [received.event["type"] for received in receiver.received] == ["meeting.created", "meeting.deleted"]


async def test_an_event_that_fails_is_tried_again_and_later_ones_wait_for_it(
    webhooks: Webhooks, receiver: Receiver
) -> None:
    await webhooks.put("crm", receiver.url)
    receiver.answer = status(500)
    await webhooks.change_meeting(3)
    await webhooks.feed()
    await webhooks.until_logged("failed")
    await webhooks.tick()
    assert receiver.sequences() == [1]
    receiver.answer = accept
    await webhooks.tick(after_seconds=7)
    await webhooks.until_at_rest()
    assert receiver.sequences() == [1, 1, 2, 3]
    assert receiver.received[0].headers["webhook-id"] == receiver.received[1].headers["webhook-id"]
    assert await webhooks.statuses() == ["failed", "delivered", "delivered", "delivered"]


async def test_a_server_that_asks_to_be_left_alone_for_a_while_is(webhooks: Webhooks, receiver: Receiver) -> None:
    await webhooks.put("crm", receiver.url)
    receiver.answer = status(503, **{"Retry-After": "600"})
    await webhooks.change_meeting()
    await webhooks.feed()
    await webhooks.until_logged("failed")
    [logged] = await webhooks.deliveries()
    pause = datetime.fromisoformat(logged["nextAttemptOn"]) - datetime.fromisoformat(logged["attemptedOn"])
    assert 600 <= pause.total_seconds() < 620


async def test_a_webhook_that_is_disabled_is_left_alone_and_has_everything_afterwards(
    webhooks: Webhooks, receiver: Receiver
) -> None:
    await webhooks.put("crm", receiver.url)
    receiver.answer = status(500)
    await webhooks.change_meeting(2)
    await webhooks.feed()
    await webhooks.until_logged("failed")
    await webhooks.platform.call("PATCH", "/webhooks/crm", json={"enabled": False})
    receiver.answer = accept
    await webhooks.tick(after_seconds=7)

    async def put_off() -> bool:
        [cursor] = await webhooks.cursors()
        due_in = datetime.fromisoformat(cursor["dueOn"]) - webhooks.platform.clock()
        return cursor["claim"] is None and due_in > LOOK_AT_DISABLED_EVERY / 2

    await eventually(put_off, "it is looked at again much later")
    assert receiver.sequences() == [1]
    await webhooks.platform.call("PATCH", "/webhooks/crm", json={"enabled": True})
    await webhooks.until_at_rest()
    assert receiver.sequences() == [1, 1, 2]


async def test_with_no_ordering_an_event_that_fails_holds_up_no_other(webhooks: Webhooks, receiver: Receiver) -> None:
    async def refuse_the_first(received: Received) -> web.Response:
        return web.Response(status=503 if received.place[1] == 1 else 200)

    await webhooks.put("crm", receiver.url, ordering="none")
    receiver.answer = refuse_the_first
    await webhooks.change_meeting(3)
    await webhooks.feed()
    await webhooks.until_logged("failed", "delivered", "delivered")
    receiver.answer = accept
    await webhooks.tick(after_seconds=7)
    await webhooks.until_at_rest()
    assert receiver.sequences() == [1, 2, 3, 1]
    assert [one["attempt"] for one in await webhooks.deliveries()] == [1, 1, 1, 2]


@pytest.mark.parametrize(
    ("answer", "failure", "response_status"),
    [
        (status(500), "refused", 500),
        (status(404), "refused", 404),
        (status(302, Location="/elsewhere"), "redirected", 302),
        (status(307, Location="http://169.254.169.254/metadata"), "redirected", 307),
        (hang, "timedOut", None),
    ],
)
async def test_what_is_no_success_is_logged_as_what_it_was(
    webhooks: Webhooks, receiver: Receiver, answer: object, failure: str, response_status: int | None
) -> None:
    await webhooks.put("crm", receiver.url)
    receiver.answer = answer  # type: ignore[assignment]  # parametrize loses the type
    await webhooks.change_meeting()
    await webhooks.feed()
    await webhooks.until_logged("failed")
    [logged] = await webhooks.deliveries()
    assert (logged["failure"], logged.get("responseStatus")) == (failure, response_status)
    assert logged["nextAttemptOn"] > logged["attemptedOn"]
    assert len(receiver.received) == 1


async def test_a_server_that_is_not_there_is_unreachable(webhooks: Webhooks) -> None:
    await webhooks.put("crm", "http://127.0.0.1:1/events")
    await webhooks.change_meeting()
    await webhooks.feed()
    await webhooks.until_logged("failed")
    assert (await webhooks.deliveries())[0]["failure"] == "unreachable"


async def test_a_receiver_that_asks_for_time_gets_it(webhooks: Webhooks, receiver: Receiver) -> None:
    await webhooks.put("crm", receiver.url)
    receiver.answer = status(429, **{"Retry-After": "600"})
    await webhooks.change_meeting()
    await webhooks.feed()
    await webhooks.until_logged("failed")
    await webhooks.tick(after_seconds=500)
    await webhooks.tick(after_seconds=101)
    await webhooks.until_logged("failed", "failed")


async def test_after_72_hours_an_event_is_given_up_and_the_next_has_its_turn(
    webhooks: Webhooks, receiver: Receiver
) -> None:
    await webhooks.put("crm", receiver.url)
    receiver.answer = status(500)
    await webhooks.change_meeting(2)
    await webhooks.feed()
    await webhooks.until_logged("failed")
    await webhooks.tick(after_seconds=THREE_DAYS)
    await webhooks.until_logged("failed", "deadLettered", "deadLettered")
    await webhooks.until_at_rest()
    [first, second] = await webhooks.deliveries(status="deadLettered")
    assert (first["sequence"], second["sequence"]) == (1, 2)
    assert "nextAttemptOn" not in first


async def test_a_receiver_that_is_gone_is_left_alone_until_it_is_enabled_again(
    webhooks: Webhooks, receiver: Receiver
) -> None:
    await webhooks.put("crm", receiver.url)
    receiver.answer = status(410)
    await webhooks.change_meeting(2)
    await webhooks.feed()
    await webhooks.until_logged("failed")
    shown = (await webhooks.platform.call("GET", "/webhooks/crm")).json()
    assert (shown["enabled"], shown["disabledReason"]) == (False, "gone")
    await webhooks.change_meeting(1)
    await webhooks.feed()
    await webhooks.tick(after_seconds=24 * 3600)
    receiver.answer = accept
    await webhooks.put("crm", receiver.url)
    await webhooks.until_at_rest()
    assert receiver.sequences() == [1, 1, 2, 3]


async def test_a_deleted_webhook_gets_nothing_more(webhooks: Webhooks, receiver: Receiver) -> None:
    await webhooks.put("crm", receiver.url)
    receiver.answer = status(500)
    await webhooks.change_meeting()
    await webhooks.feed()
    await webhooks.until_logged("failed")
    assert (await webhooks.platform.call("DELETE", "/webhooks/crm")).status_code == 204
    assert await webhooks.cursors() == []
    await webhooks.change_meeting()
    await webhooks.feed()
    await webhooks.tick(after_seconds=7)
    await webhooks.until_at_rest()
    assert receiver.sequences() == [1]
