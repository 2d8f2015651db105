"""When a service behind is away, the answer is coded and comes soon; when it is back, all goes on."""

import asyncio
import time
from pathlib import Path

import pytest

from local_azure.cosmos import Fault

from .support import FakeNode, Platform, eventually, running_platform

SOON_SECONDS = 5.0


async def test_without_the_database_a_join_is_refused_soon(platform: Platform, node: FakeNode) -> None:
    token = await platform.token("ann")
    await platform.cosmos_server.stop()
    began = time.monotonic()
    answer = await platform.try_join(token)
    assert time.monotonic() - began < SOON_SECONDS
    assert answer.status_code == 503
    assert answer.json()["error"]["code"] == "StoreUnavailable"
    assert int(answer.headers["Retry-After"]) >= 1


async def test_a_control_plane_that_starts_without_the_database_says_so(platform: Platform) -> None:
    await platform.process.close()
    await platform.cosmos_server.stop()
    answer = await platform.call("GET", "/meetings/demo")
    assert answer.status_code == 503
    assert (await platform.http.get("/healthz")).status_code == 200


async def test_a_database_that_throttles_is_told_with_its_own_delay(platform: Platform) -> None:
    await platform.call("GET", "/meetings/demo")
    platform.cosmos.inject_fault(Fault(status=429, count=100, retry_after_ms=100, match="/docs"))
    began = time.monotonic()
    answer = await platform.call("GET", "/meetings/demo")
    assert time.monotonic() - began < SOON_SECONDS
    assert answer.status_code == 429
    assert answer.json()["error"]["code"] == "TooManyRequests"
    assert answer.headers["Retry-After"] == "1"


async def test_a_moments_throttling_is_not_noticed(platform: Platform, node: FakeNode) -> None:
    platform.cosmos.inject_fault(Fault(status=429, count=2, retry_after_ms=10, match="/docs"))
    await platform.join("ann")


@pytest.mark.parametrize("status", [500, 503, 408])
async def test_a_database_that_fails_is_unavailable(platform: Platform, status: int) -> None:
    await platform.call("GET", "/meetings/demo")
    platform.cosmos.inject_fault(Fault(status=status, count=1000, match="/docs"))
    began = time.monotonic()
    answer = await platform.call("GET", "/meetings/demo")
    assert time.monotonic() - began < SOON_SECONDS
    assert answer.status_code == 503
    assert answer.json()["error"]["code"] == "StoreUnavailable"


async def test_when_the_database_comes_back_all_goes_on(tmp_path: Path) -> None:
    async with running_platform(tmp_path, tmp_path / "cosmos.sqlite") as platform:
        await platform.put_meeting("weekly")
        await platform.cosmos_server.stop()
        assert (await platform.call("GET", "/meetings/weekly")).status_code == 503
        await platform.cosmos_server.start()

        async def is_back() -> bool:
            return (await platform.call("GET", "/meetings/weekly")).status_code == 200

        await eventually(is_back)


async def test_without_signalling_a_first_join_is_refused_soon(platform: Platform, node: FakeNode) -> None:
    token = await platform.token("ann")
    await platform.webpubsub_server.stop()
    began = time.monotonic()
    answer = await platform.try_join(token)
    assert time.monotonic() - began < SOON_SECONDS
    assert answer.status_code == 503
    assert answer.json()["error"]["code"] == "SignallingUnavailable"


async def test_once_the_node_listens_a_join_asks_web_pubsub_nothing(platform: Platform, node: FakeNode) -> None:
    await platform.join("ann")
    bob = await platform.token("bob")
    await platform.webpubsub_server.stop()
    assert (await platform.try_join(bob)).status_code == 200


async def test_the_tokens_keys_need_no_service(platform: Platform) -> None:
    await platform.cosmos_server.stop()
    await platform.webpubsub_server.stop()
    assert (await platform.http.get("/.well-known/jwks.json")).status_code == 200


async def test_a_database_that_does_not_answer_is_not_waited_for(platform: Platform) -> None:
    async def silence(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    await platform.cosmos_server.stop()
    mute = await asyncio.start_server(silence, "127.0.0.1", platform.cosmos_server.port)
    async with mute:
        began = time.monotonic()
        answer = await platform.call("GET", "/meetings/demo")
        assert time.monotonic() - began < SOON_SECONDS
        assert answer.json()["error"]["code"] == "StoreUnavailable"
        await platform.process.close()
