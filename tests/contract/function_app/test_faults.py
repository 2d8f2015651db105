"""While the services behind fail or are slow: what was answered is kept, and refusals say when to try again."""

import asyncio
import time
from pathlib import Path
from random import Random

import aiohttp
import httpx
import pytest

from local_azure.cosmos import Fault

from .support import FakeNode, Platform, bearer, running_platform

MEETINGS = 12
LONGEST_SECONDS = 15.0
"""More than any answer takes, on a slow machine too; a Redis that is waited for each time would need longer."""
SHORT_TIMEOUT_SECONDS = 1.0
LATE_MS = 3000
SLOW_MS = 150
PEOPLE = 16
"""Their events are counted one after the other, which takes longer than a report may."""
CODES = {429: "TooManyRequests", 503: "StoreUnavailable"}


async def put_until_it_holds(platform: Platform, meeting: str) -> int:
    """How often it was refused."""
    for refusals in range(100):
        answer = await platform.put_meeting(meeting)
        if answer.status_code in (200, 201):
            return refusals
        check_refusal(answer)
    raise AssertionError("the meeting could not be created")


def check_refusal(answer: httpx.Response) -> None:
    assert answer.json()["error"]["code"] == CODES[answer.status_code]
    assert int(answer.headers["Retry-After"]) >= 1


@pytest.mark.parametrize("status", [429, 503, 500, 408])
async def test_nothing_is_lost_while_the_database_fails_now_and_then(platform: Platform, status: int) -> None:
    random = Random(status)
    await platform.call("GET", "/meetings/demo")
    for number in range(MEETINGS):
        count = random.randint(1, 12)
        platform.cosmos.inject_fault(Fault(status=status, count=count, retry_after_ms=1, match="/docs"))
        await put_until_it_holds(platform, f"meeting-{number}")
    for number in range(MEETINGS):
        meeting = f"meeting-{number}"
        assert (await platform.call("GET", f"/meetings/{meeting}")).status_code == 200
        sequences = sorted(event["sequence"] for event in await platform.documents("event", meeting))
        assert sequences == list(range(1, len(sequences) + 1))


async def test_who_is_refused_hears_how_long_the_database_wants_to_be_left_alone(platform: Platform) -> None:
    await platform.call("GET", "/meetings/demo")
    platform.cosmos.inject_fault(Fault(status=429, count=1000, retry_after_ms=2500, match="/docs"))
    answer = await platform.call("GET", "/meetings/demo")
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "3")


async def test_a_database_that_answers_late_is_not_waited_for_and_loses_nothing(tmp_path: Path) -> None:
    """What it did although nobody waited for its answer is done once, however often it is asked for again."""
    async with (
        running_platform(tmp_path, cosmos_timeout_seconds=SHORT_TIMEOUT_SECONDS) as platform,
        aiohttp.ClientSession() as http,
    ):
        node = FakeNode(platform, http)
        await node.start()
        token = await platform.token("ann")
        # The answers to reads come in time, so that it comes to the writes.
        platform.cosmos.inject_fault(Fault(late_ms=LATE_MS, count=1000, match="POST /dbs/parley/colls/meetings/docs"))
        began = time.monotonic()
        for answer in await asyncio.gather(
            platform.put_meeting("weekly"), platform.try_join(token), platform.call("GET", "/meetings")
        ):
            assert answer.status_code == 503, answer.text
            check_refusal(answer)
        assert time.monotonic() - began < LONGEST_SECONDS
        platform.cosmos.clear_faults()
        await put_until_it_holds(platform, "weekly")
        assert (await platform.try_join(token)).status_code == 200
        for meeting in ("weekly", "demo"):
            sequences = sorted(event["sequence"] for event in await platform.documents("event", meeting))
            assert sequences == list(range(1, len(sequences) + 1))
        assert len(await platform.documents("participant")) == 1
        assert node.socket
        await node.socket.close()


async def test_a_slow_database_gets_all_that_a_node_reports_in_the_end(platform: Platform, node: FakeNode) -> None:
    """A report that is too long for a slow database is refused, and gets further each time that it is repeated."""
    joined = [await platform.join(f"user-{number}") for number in range(PEOPLE)]
    body = {"events": [node.event("peerConnected", one) for one in joined]}
    path = f"/internal/nodes/{node.id}/events"
    platform.cosmos.inject_fault(Fault(late_ms=SLOW_MS, count=100_000, match="/docs"))
    refused = 0
    while (answer := await platform.http.post(path, json=body, headers=bearer(node.token()))).status_code != 204:
        check_refusal(answer)
        refused += 1
    assert refused
    platform.cosmos.clear_faults()
    assert set((await platform.presence()).values()) == {"connected"}
    told = [event["data"]["user"] for event in await platform.documents("event") if "user" in event["data"]]
    assert sorted(told) == sorted(f"user-{number}" for number in range(PEOPLE))


@pytest.mark.parametrize("answers", ["late", "never"])
async def test_a_redis_that_does_not_answer_in_time_is_waited_for_once(
    tmp_path: Path, redis_url: str, answers: str
) -> None:
    connections: list[asyncio.Task[object] | None] = []

    async def stand_between(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """What Redis answers comes late, or not at all."""
        connections.append(asyncio.current_task())
        if answers == "never":
            await reader.read()
        else:
            await answer_late(redis_url.removeprefix("unix://"), reader, writer)
        writer.close()

    path = tmp_path / "slow"
    async with (
        await asyncio.start_unix_server(stand_between, path),
        running_platform(tmp_path, redis_url=f"unix://{path}") as platform,
        aiohttp.ClientSession() as http,
    ):
        node = FakeNode(platform, http)
        await node.start()
        began = time.monotonic()
        for user in ("ann", "bob", "cat"):
            await platform.join(user)
        assert time.monotonic() - began < LONGEST_SECONDS
        assert set(await platform.presence()) == {"ann", "bob", "cat"}
        assert node.socket
        await node.socket.close()
    await asyncio.gather(*filter(None, connections))


async def answer_late(path: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Hands on what is asked at once, and what is answered by the server at `path` after a while."""
    answers, questions = await asyncio.open_unix_connection(path)

    async def hand_back() -> None:
        while chunk := await answers.read(65_536):
            await asyncio.sleep(LATE_MS / 1000)
            if not writer.is_closing():
                writer.write(chunk)

    handing_back = asyncio.create_task(hand_back())
    while chunk := await reader.read(65_536):
        questions.write(chunk)
    handing_back.cancel()
    questions.close()
    await asyncio.gather(handing_back, questions.wait_closed(), return_exceptions=True)
