"""`python -m sfu_container` as a process."""

import asyncio
import os
import signal
import socket
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from tests.integration.sfu_container.harness import (
    SERVICE_KEY,
    ControlPlaneStub,
    EmulatorHost,
    free_port,
    listen,
    service_client,
)
from tests.support.waiting import eventually

ROOT = Path(__file__).parents[3]


@asynccontextmanager
async def node_process(**changes: str) -> AsyncIterator[tuple[asyncio.subprocess.Process, dict[str, str]]]:
    environment = {
        "PARLEY_ENVIRONMENT": "local",
        "PARLEY_SERVICE_KEY": SERVICE_KEY,
        "PARLEY_CONTROL_URL": f"http://127.0.0.1:{free_port()}",
        "PARLEY_MEDIA_PORT": str(free_port()),
        "PARLEY_HTTP_PORT": str(free_port()),
        **changes,
    }
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "sfu_container",
        cwd=ROOT,
        env={**os.environ, **environment},
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        yield process, environment
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


async def health(environment: dict[str, str]) -> dict[str, Any] | None:
    async with aiohttp.ClientSession() as http:
        try:
            async with http.get(f"http://127.0.0.1:{environment['PARLEY_HTTP_PORT']}/healthz") as response:
                body: dict[str, Any] = await response.json()
                return body
        except aiohttp.ClientConnectionError:
            return None


async def test_a_node_waits_for_its_control_plane_and_says_goodbye_to_it() -> None:
    async with node_process() as (process, environment):
        first = await eventually(lambda: health(environment), "the node answers")
        assert first["status"] == "ok"
        assert (first["registered"], first["signalling"], first["peers"], first["sessions"]) == (False, False, 0, 0)
        signalling = EmulatorHost()
        await signalling.start()
        service = service_client(signalling)
        control_plane = ControlPlaneStub(service)
        port = int(environment["PARLEY_CONTROL_URL"].rsplit(":", 1)[1])
        runner, _ = await listen(control_plane.app(), port)
        try:

            async def ready() -> bool:
                now = await health(environment)
                return now is not None and now["registered"] and now["signalling"]

            await eventually(ready, "the node is registered and connected")
            node, report = control_plane.reports[0]
            assert node == first["node"]
            assert report.address.port == int(environment["PARLEY_MEDIA_PORT"])
            assert not report.listening
            await eventually(lambda: control_plane.reports[-1][1].listening, "it says that it listens")
            begun = time.monotonic()
            process.send_signal(signal.SIGTERM)
            assert await asyncio.wait_for(process.wait(), 5) == 0
            assert time.monotonic() - begun < 5
            assert control_plane.reports[-1][1].draining
        finally:
            await service.close()
            await runner.cleanup()
            await signalling.stop()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_node_without_a_control_plane_ends_in_time(number: signal.Signals) -> None:
    async with node_process() as (process, environment):
        await eventually(lambda: health(environment), "the node answers")
        process.send_signal(number)
        assert await asyncio.wait_for(process.wait(), 5) == 0


async def test_a_taken_media_port_is_a_clear_error() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        async with node_process(PARLEY_MEDIA_PORT=str(port)) as (process, _):
            _, errors = await asyncio.wait_for(process.communicate(), 20)
    assert process.returncode == 1
    assert b"could not start" in errors
    assert b"Traceback" not in errors


async def test_wrong_settings_are_a_clear_error() -> None:
    async with node_process(PARLEY_ENVIRONMENT="prod", PARLEY_SERVICE_KEY="tiny") as (process, _):
        _, errors = await asyncio.wait_for(process.communicate(), 20)
    assert process.returncode == 2
    assert b"PARLEY_SERVICE_KEY" in errors
    assert b"tiny" not in errors
    assert b"Traceback" not in errors
