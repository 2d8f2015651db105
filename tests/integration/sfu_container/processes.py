"""`python -m sfu_container` as a process, seen from outside."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp

from tests.integration.sfu_container.harness import SERVICE_KEY, free_port

ROOT = Path(__file__).parents[3]
END_SECONDS = 30


@asynccontextmanager
async def node_process(
    *arguments: str, **changes: str
) -> AsyncIterator[tuple[asyncio.subprocess.Process, dict[str, str]]]:
    """Start it with these arguments and changes of its environment; gives the process and what it was told."""
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
        *arguments,
        cwd=ROOT,
        env={**os.environ, **environment},
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        yield process, environment
    finally:
        if process.returncode is None:
            process.terminate()
        await asyncio.wait_for(process.communicate(), END_SECONDS)


async def health(environment: dict[str, str], number: int = 0) -> dict[str, Any] | None:
    """What /healthz of a worker answers; None while nobody listens there."""
    port = int(environment["PARLEY_HTTP_PORT"]) + number
    async with aiohttp.ClientSession() as http:
        try:
            async with http.get(f"http://127.0.0.1:{port}/healthz") as response:
                body: dict[str, Any] = await response.json()
                return body
        except aiohttp.ClientConnectionError:
            return None
