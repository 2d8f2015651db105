"""The benchmark of the API counts what callers wait for, and its table shows the spread."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

from aiohttp import web

from bench.api.measure import Measured, at_a_rate
from bench.api.platform import RunningPlatform
from bench.api.report import table
from bench.api.subjects import Subject
from local_azure.runner.home import Home

STALL_SECONDS = 0.8


async def test_those_who_wait_behind_a_stall_count_it_too(tmp_path: Path) -> None:
    """Whoever counts from when it got round to asking would see one slow answer and many fast ones."""
    asked = 0
    stalled = asyncio.Lock()

    async def answer(_: web.Request) -> web.Response:
        nonlocal asked
        asked += 1
        async with stalled:
            await asyncio.sleep(STALL_SECONDS if asked == 10 else 0)
        return web.Response()

    app = web.Application()
    app.router.add_get("/", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        port = runner.addresses[0][1]
        platform = RunningPlatform(f"http://127.0.0.1:{port}", "ten", "key", Home(tmp_path), os.getpid(), os.getpid())
        measured = await at_a_rate(platform, Subject("GET /", "GET", "/", ["key"]), rate=40, seconds=1)
    finally:
        await runner.cleanup()
    assert measured.requests == 40
    assert measured.p99 >= STALL_SECONDS * 900
    assert measured.p50 >= STALL_SECONDS * 100


def test_the_table_shows_the_median_and_the_range() -> None:
    rows = [Measured(100, 0, seconds, 1.0, 2.0, cpu=0.5, database_cpu=0.1) for seconds in (1.0, 2.0, 4.0)]
    *_, line = table({("`GET /`", "by wrk"): rows}).splitlines()
    spread = "50 (25 to 100) | 1.0 (1.0 to 1.0) | 2.0 (2.0 to 2.0) | 0.50 (0.50 to 0.50) | 0.10 (0.10 to 0.10)"
    assert line == f"| `GET /` | by wrk | {spread} | 0 |"
