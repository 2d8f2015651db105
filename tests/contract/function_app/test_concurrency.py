"""A hundred callers at once: none loses what it wrote, and one key makes one meeting."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from .support import Platform, running_platform

pytestmark = pytest.mark.timeout(300)

WRITERS = 100
AT_ONCE_AFTER_THE_FIRST_TIME = 2
"""Each round has one winner, so that all of them at once every time would be thousands of requests."""


@pytest.fixture
async def platform(tmp_path: Path) -> AsyncIterator[Platform]:
    """One that waits for a database which is busy with so many, on whatever machine this is."""
    async with running_platform(tmp_path, cosmos_timeout_seconds=30, rate_limit_factor=10) as running:
        yield running


async def test_a_key_makes_one_meeting_under_either_of_its_names(platform: Platform) -> None:
    names = ("Idempotency-Key", "Repeatability-Request-ID")
    answers = await asyncio.gather(
        *(
            platform.call("POST", "/meetings", json={"title": "Ad hoc"}, headers={names[number % 2]: "order-17"})
            for number in range(WRITERS)
        )
    )
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert len((await platform.call("GET", "/meetings")).json()["value"]) == 2
    differing = dict(zip(names, ("one", "two"), strict=True))
    refused = await platform.call("POST", "/meetings", json={"title": "Ad hoc"}, headers=differing)
    assert refused.json()["error"]["target"] == names[1]


async def test_no_writer_loses_its_update(platform: Platform) -> None:
    """Each adds one to a number in the title, by the version that it has read, until it wins."""
    await platform.put_meeting("counter", "0")
    all_have_read, turn = asyncio.Barrier(WRITERS), asyncio.Semaphore(AT_ONCE_AFTER_THE_FIRST_TIME)

    async def read() -> tuple[str, int]:
        answer = await platform.call("GET", "/meetings/counter")
        return answer.headers["ETag"], int(answer.json()["title"])

    async def add_one(etag: str, number: int) -> bool:
        body, headers = {"title": str(number + 1)}, {"If-Match": etag}
        answer = await platform.call("PATCH", "/meetings/counter", json=body, headers=headers)
        assert answer.status_code in (200, 412), answer.text
        return answer.status_code == 200

    async def write() -> int:
        seen = await read()
        await all_have_read.wait()
        losses = 0
        won = await add_one(*seen)
        while not won:
            losses += 1
            async with turn:
                won = await add_one(*await read())
        return losses

    losses = await asyncio.gather(*(write() for _ in range(WRITERS)))
    assert losses.count(0) == 1
    assert (await read())[1] == WRITERS
    sequences = [event["sequence"] for event in await platform.documents("event", "counter")]
    assert sequences == list(range(1, WRITERS + 2))
