"""However often and whenever the process is killed, no event is lost and none comes out of order."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from functools import partial

import pytest
from aiohttp import web

from function_app.webhooks.cursors import CLAIM_LASTS
from tests.contract.function_app.support import Platform
from tests.support.receiver import Received, Receiver, accept, hang
from tests.support.waiting import eventually
from tests.support.workers import Workers, running_workers

from .conftest import Webhooks
from .worker_process import MEETINGS

MODULE = "tests.integration.webhooks.worker_process"
KILLS = 50
SEED = 20261101
FAILURE_RATE = 0.1
CLAIM_SECONDS = int(CLAIM_LASTS.total_seconds()) + 1


def in_order(sequences: list[int]) -> bool:
    """Whether each came only when those before it had come; any may come again."""
    last = 0
    for sequence in sequences:
        if sequence > last + 1:
            return False
        last = max(last, sequence)
    return True


@pytest.mark.timeout(400)
async def test_a_process_killed_fifty_times_loses_no_event(
    platform: Platform, webhooks: Webhooks, receiver: Receiver
) -> None:
    dice = random.Random(SEED)

    async def fail_sometimes(_: Received) -> web.Response:
        return web.Response(status=500 if dice.random() < FAILURE_RATE else 200)

    receiver.answer = fail_sometimes
    await webhooks.put("crm", receiver.url)
    async with running_workers(platform, MODULE, CLAIM_SECONDS) as workers:
        await _start_the_feed(platform, workers)
        needed = await _time_to_write(platform, workers)
        for _ in range(KILLS):
            worker = await workers.start(busy=True)
            await asyncio.sleep(dice.uniform(0.02, 0.3 + 2 * needed))
            await workers.kill(worker)
        receiver.answer = hang
        await _die_with_messages_under_way(workers, receiver, busy=True)
        written = await _written(platform)
        await _die_with_messages_under_way(workers, receiver, busy=False, until=partial(_all_known, webhooks, written))
        receiver.answer = accept
        await _deliver_the_rest(workers, receiver, written)
    assert min(written.values()) > KILLS / 10
    for meeting, last in written.items():
        assert in_order(receiver.sequences(meeting))
        assert set(receiver.sequences(meeting)) == set(range(1, last + 1))


async def _start_the_feed(platform: Platform, workers: Workers) -> None:
    """A feed that is read for the first time begins with the next change, so it must have begun."""
    worker = await workers.start()
    leases = platform.store.container("leases")
    await eventually(lambda: leases.query_every_partition("SELECT * FROM c"), "the feed is being read", within=60)
    await workers.kill(worker)


async def _time_to_write(platform: Platform, workers: Workers) -> float:
    """How many seconds a worker takes until it has written to every meeting: a slow machine's live longer."""
    began = time.monotonic()
    worker = await workers.start(busy=True)
    for meeting in MEETINGS:
        await eventually(partial(platform.documents, "meeting", meeting), f"{meeting} is written", within=60)
    needed = time.monotonic() - began
    await workers.kill(worker)
    return needed


async def _written(platform: Platform) -> dict[str, int]:
    """The sequence of each meeting's last event, once it is sure that every change has its event."""
    written = {}
    for meeting in MEETINGS:
        [document] = await platform.documents("meeting", meeting)
        events = sorted(await platform.documents("event", meeting), key=lambda event: int(event["sequence"]))
        assert [event["sequence"] for event in events] == list(range(1, document["eventSequence"] + 1))
        assert events[-1]["data"]["title"] == document["title"]
        written[meeting] = document["eventSequence"]
    return written


async def _die_with_messages_under_way(
    workers: Workers, receiver: Receiver, *, busy: bool, until: Callable[[], Awaitable[bool]] | None = None
) -> None:
    """Kills a worker when a message of each meeting is on its way.

    When nothing happens any more, and all that has is known, nobody but the timer can find what is left.
    """
    came = len(receiver.received)
    worker = await workers.start(busy=busy)

    def all_under_way() -> bool:
        return {received.place[0] for received in receiver.received[came:]} == set(MEETINGS)

    await eventually(all_under_way, "a message of each meeting is on its way", within=60)
    if until:
        await eventually(until, "all that has happened is known", within=60)
    await workers.kill(worker)


async def _all_known(webhooks: Webhooks, written: dict[str, int]) -> bool:
    return {cursor["meetingId"]: cursor["latest"] for cursor in await webhooks.cursors()} == written


async def _deliver_the_rest(workers: Workers, receiver: Receiver, written: dict[str, int]) -> None:
    """A minute passes, and another: what is left is delivered."""

    def all_arrived() -> bool:
        return all(last in receiver.sequences(meeting) for meeting, last in written.items())

    for _ in range(5):
        worker = await workers.start()
        try:
            await eventually(all_arrived, "everything has arrived", within=20)
            return
        except AssertionError:
            continue
        finally:
            await workers.kill(worker)
    assert all_arrived()
