"""The control plane behind a real HTTP server, as those see it who call it from outside."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
import uvicorn

from function_app.api.application import create_api
from tests.contract.function_app.support import Platform, eventually, running_platform

NO_LIMIT = 1000
"""Whoever looks for faults asks more often than anybody may."""

LONGEST_HEAD_BYTES = 1024 * 1024
"""Queries are made up that are longer than servers take, and what these answer then is none of the API's answers."""


@dataclass
class ServedPlatform:
    platform: Platform
    origin: str


@asynccontextmanager
async def served(platform: Platform) -> AsyncIterator[str]:
    """The origin at which the platform's API answers."""
    config = uvicorn.Config(
        create_api(platform.process),
        port=0,
        log_config=None,
        lifespan="off",
        ws="none",
        http="h11",
        h11_max_incomplete_event_size=LONGEST_HEAD_BYTES,
    )
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve())
    try:
        await eventually(lambda: server.started)
        port = server.servers[0].sockets[0].getsockname()[1]
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        await serving


@pytest.fixture
async def api(tmp_path: Path) -> AsyncIterator[ServedPlatform]:
    async with running_platform(tmp_path, rate_limit_factor=NO_LIMIT) as platform, served(platform) as origin:
        yield ServedPlatform(platform, origin)
