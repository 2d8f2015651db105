"""The Functions host as a program, with a small app in place of Parley's."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from textwrap import dedent

import aiohttp
import pytest

from local_azure.runner.part import Probe
from local_azure.runner.process import Process
from local_azure.runner.readiness import until_ready
from tests.support.platform import ROOT, free_port_row
from tests.support.waiting import eventually

APP = """
    import logging
    import azure.functions as func
    from fastapi import FastAPI

    logger = logging.getLogger("function_app")
    api = FastAPI()

    @api.get("/healthz")
    async def healthz() -> dict[str, str]:
        return {"status": "ok"}

    app = func.AsgiFunctionApp(app=api, http_auth_level=func.AuthLevel.ANONYMOUS)
"""

TIMER = """
    @app.timer_trigger(arg_name="timer", schedule="* * * * * *")
    async def every_second(timer: func.TimerRequest) -> None:
        logger.info("the timer fired, past due: %s", timer.past_due)
"""

QUEUE = """
    @app.queue_trigger(arg_name="message", queue_name="q", connection="c")
    async def dequeue(message: func.QueueMessage) -> None:
        raise NotImplementedError
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A working folder with an app and a built client."""
    (tmp_path / "client").mkdir()
    (tmp_path / "client" / "index.html").write_text("<!doctype html><title>Parley</title>")
    (tmp_path / "function_app").mkdir()
    return tmp_path


@asynccontextmanager
async def host(folder: Path, port: int, *parts: str) -> AsyncIterator[tuple[Process, list[str]]]:
    """The running host and its lines, for an app put together from `parts`."""
    (folder / "function_app" / "__init__.py").write_text("\n".join(map(dedent, parts)))
    command = (sys.executable, "-m", "local_azure.functions_host", "--port", str(port), "--client", "client")
    settings = {"PYTHONPATH": str(ROOT), "PARLEY_WEBPUBSUB_ENDPOINT": "http://127.0.0.1:8082"}
    lines: list[str] = []
    process = await Process.launch(command, {**os.environ, **settings}, folder, lines.append)
    try:
        yield process, lines
    finally:
        await process.stop(10)


async def test_it_serves_the_app_and_the_client_and_fires_the_timer(folder: Path) -> None:
    port = free_port_row()
    async with host(folder, port, APP, TIMER) as (_, lines), aiohttp.ClientSession() as http:
        await asyncio.wait_for(until_ready([Probe(f"http://127.0.0.1:{port}/healthz")]), 20)
        async with http.get(f"http://localhost:{port}/m/demo") as page:
            assert "<title>Parley</title>" in await page.text()
        await eventually(
            lambda: sum("the timer fired, past due: False" in line for line in lines) >= 2, "it fired twice"
        )


async def test_it_listens_to_this_machine_only_and_ends_on_sigterm(folder: Path) -> None:
    port = free_port_row()
    async with host(folder, port, APP, TIMER) as (process, lines):
        await asyncio.wait_for(until_ready([Probe(f"http://127.0.0.1:{port}/healthz")]), 20)
        with pytest.raises(ConnectionRefusedError):
            await asyncio.open_connection("127.0.0.2", port)
        assert not await process.stop(10)
        assert await process.wait() in (0, -signal.SIGTERM)
        assert "Traceback" not in "\n".join(lines)


@pytest.mark.parametrize(
    ("parts", "reason"),
    [
        ((APP, QUEUE), "the function dequeue has queueTrigger, which the laptop's host cannot fire"),
        ((APP, TIMER.replace("* * * * * *", "%SWEEP%")), "the app setting SWEEP, which a trigger names, is not set"),
    ],
)
async def test_an_app_that_it_cannot_run_is_refused_at_the_start(
    folder: Path, parts: tuple[str, ...], reason: str
) -> None:
    async with host(folder, free_port_row(), *parts) as (process, lines):
        assert await process.wait() == 1
        assert f"cannot start: {reason}" in lines


async def test_a_client_that_is_not_built_is_refused_at_the_start(folder: Path) -> None:
    (folder / "client" / "index.html").unlink()
    async with host(folder, free_port_row(), APP) as (process, lines):
        assert await process.wait() == 1
        assert any("the client is not built" in line for line in lines)
