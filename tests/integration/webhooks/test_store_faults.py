"""A database that throttles or fails delays deliveries and loses none; and how often it is asked."""

from __future__ import annotations

import random

import pytest

from function_app.errors import ApiError
from local_azure.cosmos import Fault
from tests.support.receiver import Receiver, status
from tests.support.waiting import eventually

from .conftest import Webhooks

EVENTS = 12
LAPSED_SECONDS = 61


@pytest.mark.parametrize("code", [429, 503, 408])
async def test_faults_at_random_moments_lose_no_event(webhooks: Webhooks, receiver: Receiver, code: int) -> None:
    dice = random.Random(code)
    platform = webhooks.platform
    await webhooks.put("crm", receiver.url)
    await webhooks.change_meeting(EVENTS)
    documents = await platform.documents("event", "weekly")

    async def attempt() -> bool:
        platform.cosmos.clear_faults()
        for _ in range(dice.randrange(3)):
            platform.cosmos.inject_fault(Fault(status=code, count=dice.randrange(1, 8), match="/docs"))
        try:
            await webhooks.bring(documents)
            await webhooks.tick(after_seconds=LAPSED_SECONDS)
        except ApiError:
            return False  # The host would call again.
        return set(receiver.sequences()) == set(range(1, EVENTS + 1))

    await eventually(attempt, "every event has arrived", within=60)
    sequences = receiver.sequences()
    assert all(sequence - 1 in (0, *sequences[:index]) for index, sequence in enumerate(sequences))


async def test_an_event_that_comes_alone_costs_seven_requests_and_a_burst_one_more_for_each_event(
    webhooks: Webhooks, receiver: Receiver
) -> None:
    await webhooks.put("crm", receiver.url)
    await webhooks.change_meeting()
    await webhooks.feed()
    await webhooks.until_at_rest()
    assert await _requests_for(webhooks, events=1) == 7
    assert await _requests_for(webhooks, events=10) == 7 + 10 - 1


async def test_a_disabled_webhook_costs_nothing_while_nothing_happens(webhooks: Webhooks, receiver: Receiver) -> None:
    await webhooks.put("crm", receiver.url)
    receiver.answer = status(410)
    await webhooks.change_meeting()
    await webhooks.feed()
    await webhooks.until_logged("failed")
    before = len(webhooks.platform.cosmos_server.requests)
    await webhooks.tick(after_seconds=600)
    assert len(webhooks.platform.cosmos_server.requests) - before == 1


async def _requests_for(webhooks: Webhooks, events: int) -> int:
    """How often the database was asked, from the feed to the rest of the cursor."""
    await webhooks.change_meeting(events)
    documents = (await webhooks.platform.documents("event", "weekly"))[-events:]
    requests = webhooks.platform.cosmos_server.requests
    lanes = webhooks.platform.services.dispatch._lanes
    before = len(requests)
    await webhooks.bring(documents)
    await eventually(lambda: not lanes._lanes, "all is delivered")
    return len(requests) - before
