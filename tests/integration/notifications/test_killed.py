"""However often and whenever the process is killed, nobody is told twice, and nobody is forgotten."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator

import pytest

from function_app.notifications.documents import CLAIM_LASTS
from tests.support.waiting import eventually
from tests.support.workers import Workers, running_workers

from .conftest import Notifications

MODULE = "tests.integration.notifications.worker_process"
KILLS = 20
SEED = 20261123
CLAIM_SECONDS = int(CLAIM_LASTS.total_seconds()) + 1


@pytest.fixture
async def workers(notifications: Notifications) -> AsyncIterator[Workers]:
    """Workers whose change feed is being read: one that is read for the first time begins with the next change."""
    async with running_workers(notifications.platform, MODULE, CLAIM_SECONDS) as running:
        worker = await running.start()
        leases = notifications.platform.store.container("leases")
        await eventually(lambda: leases.query_every_partition("SELECT * FROM c"), "the feed is being read", within=60)
        await running.kill(worker)
        yield running


async def test_a_process_killed_between_sending_and_writing_it_down_sends_once(
    notifications: Notifications, workers: Workers
) -> None:
    interception = notifications.interception
    interception.may_answer.clear()
    await notifications.put_meeting()
    await notifications.invite()
    worker = await workers.start()
    await asyncio.wait_for(interception.taken.wait(), 60)
    assert await notifications.states() == ["waiting"]
    await workers.kill(worker)
    interception.may_answer.set()
    worker = await workers.start()

    async def written_down() -> bool:
        assert notifications.subjects == ["Invitation: Weekly"]
        return await notifications.states() == ["sent"]

    await eventually(written_down, "it is written down that it was sent", within=60)
    await workers.kill(worker)
    assert notifications.subjects == ["Invitation: Weekly"]


@pytest.mark.timeout(300)
async def test_a_process_killed_twenty_times_tells_everybody_once(
    notifications: Notifications, workers: Workers
) -> None:
    dice = random.Random(SEED)
    await notifications.put_meeting()
    invited = 0
    for _ in range(KILLS):
        worker = await workers.start()
        for _ in range(2):
            invited += 1
            await notifications.invite(f"person{invited}")
        await asyncio.sleep(dice.uniform(0.02, 1.0))
        await workers.kill(worker)

    await _send_the_rest(notifications, workers, invited)
    told = Counter(message.to for message in notifications.sent)
    assert told == Counter({f"person{number}@example.com": 1 for number in range(1, invited + 1)})


async def _send_the_rest(notifications: Notifications, workers: Workers, invited: int) -> None:
    """A minute passes, and another: what was left is sent."""

    async def all_sent() -> bool:
        return await notifications.states() == ["sent"] * invited

    for _ in range(5):
        worker = await workers.start()
        try:
            await eventually(all_sent, "everything is sent", within=10)
            return
        except AssertionError:
            continue
        finally:
            await workers.kill(worker)
    assert await all_sent()
