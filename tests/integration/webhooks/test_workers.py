"""Workers come and go, and two may be at it at once: each event is sent by one of them, and none is forgotten."""

import asyncio

import pytest
from aiohttp import web

from function_app import wiring
from function_app.stores.deliveries import DeliveryStore
from function_app.webhooks.cursors import Cursor
from function_app.webhooks.deliveries import Settlement
from tests.support.receiver import Received, Receiver, accept, hang, status
from tests.support.waiting import eventually

from .conftest import Webhooks


@pytest.fixture
def timeout_seconds() -> float:
    """Longer than any of these tests: what hangs, hangs until its worker ends."""
    return 30.0


async def test_two_workers_do_not_send_the_same_event_twice(webhooks: Webhooks, receiver: Receiver) -> None:
    await webhooks.put("crm", receiver.url)
    receiver.answer = status(500)
    await webhooks.change_meeting(3)
    await webhooks.feed()
    await webhooks.until_logged("failed")
    receiver.answer = accept
    webhooks.platform.clock.advance(7)
    other = wiring.build(webhooks.platform.settings, webhooks.platform.clock)
    try:
        await asyncio.gather(webhooks.tick(), other.dispatch.run_due(), other.dispatch.run_due())
        await webhooks.until_at_rest()
    finally:
        await other.close()
    assert receiver.sequences() == [1, 1, 2, 3]


async def test_a_process_that_ends_in_good_order_leaves_the_rest_to_the_next_at_once(
    webhooks: Webhooks, receiver: Receiver
) -> None:
    let_go = asyncio.Event()

    async def hold(_: Received) -> web.Response:
        await let_go.wait()
        return web.Response()

    await webhooks.put("crm", receiver.url)
    receiver.answer = hold
    await webhooks.change_meeting(3)
    await webhooks.feed()
    await eventually(lambda: receiver.received, "the first event is under way")
    closing = asyncio.create_task(webhooks.platform.process.close())
    await asyncio.sleep(0)
    let_go.set()
    await closing
    assert receiver.sequences() == [1]
    await webhooks.tick()
    await webhooks.until_at_rest()
    assert receiver.sequences() == [1, 2, 3]


async def test_what_a_dead_worker_had_claimed_is_taken_over_when_the_claim_lapses(
    webhooks: Webhooks, receiver: Receiver
) -> None:
    await webhooks.put("crm", receiver.url)
    receiver.answer = hang
    await webhooks.change_meeting(2)
    await webhooks.feed()
    await eventually(lambda: receiver.received, "the first worker is at it")
    await webhooks.platform.process.close()
    receiver.answer = accept
    await webhooks.tick(after_seconds=30)
    assert receiver.sequences() == [1]
    await webhooks.tick(after_seconds=31)
    await webhooks.until_at_rest()
    assert receiver.sequences() == [1, 1, 2]


async def test_a_worker_that_has_just_seen_the_webhook_disabled_hears_that_it_is_enabled(
    webhooks: Webhooks, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    await webhooks.put("crm", receiver.url, enabled=False)
    await webhooks.change_meeting(2)
    await webhooks.feed()
    about_to_write, let_go = asyncio.Event(), asyncio.Event()
    settle = DeliveryStore.settle

    async def slowly(store: DeliveryStore, settlement: Settlement) -> Cursor | None:
        about_to_write.set()
        await let_go.wait()
        return await settle(store, settlement)

    monkeypatch.setattr(DeliveryStore, "settle", slowly)
    await webhooks.tick(after_seconds=3601)
    await about_to_write.wait()
    await webhooks.put("crm", receiver.url)
    let_go.set()
    await webhooks.until_at_rest()
    assert receiver.sequences() == [1, 2]
