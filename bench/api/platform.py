"""The platform as `make run` starts it, in a folder of its own and without rate limits to speak of."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
import time
from asyncio.subprocess import Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from local_azure.runner.home import Home

_REPOSITORY = Path(__file__).resolve().parents[2]
_START_SECONDS = 90.0
_STOP_SECONDS = 30.0
_NO_LIMIT = "1000000"


@dataclass(frozen=True)
class RunningPlatform:
    origin: str
    tenant: str
    api_key: str
    home: Home
    control_plane: int
    """The id of the process that serves the API."""
    database: int
    """That of the Cosmos DB emulator, which is not Parley's in Azure, and has the same two cores here."""


@asynccontextmanager
async def running_platform(folder: Path, port: int) -> AsyncIterator[RunningPlatform]:
    """Runs it in an existing folder, on five ports from `port` up."""
    home = Home(folder)
    environment = {
        **os.environ,
        "PORT": str(port),
        "PARLEY_HOME": str(folder),
        "PARLEY_RATE_LIMIT_FACTOR": _NO_LIMIT,
    }
    with (folder / "platform.log").open("wb") as log:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "command_line", "run", cwd=_REPOSITORY, env=environment, stdout=log, stderr=log
        )
    try:
        state = await _ready(process, home)
        keys = json.loads(home.secrets.read_text())
        parts = _parts(process.pid)
        yield RunningPlatform(
            state["url"],
            keys["tenant"],
            state["apiKey"],
            home,
            parts["local_azure.functions_host"],
            parts["local_azure.cosmos"],
        )
    finally:
        await _stop(process)


async def _ready(process: Process, home: Home) -> dict[str, Any]:
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline and process.returncode is None:
        if home.state.exists():
            state: dict[str, Any] = json.loads(home.state.read_text())
            if state["ready"]:
                return state
        await asyncio.sleep(0.2)
    raise RuntimeError(f"the platform did not start; {home.folder}/platform.log says why")


def _parts(runner: int) -> dict[str, int]:
    """The runner's children: the id of each by the module that it runs."""
    children = Path(f"/proc/{runner}/task/{runner}/children").read_text().split()
    commands = {int(child): Path(f"/proc/{child}/cmdline").read_text().split("\0") for child in children}
    return {command[command.index("-m") + 1]: child for child, command in commands.items() if "-m" in command}


async def _stop(process: Process) -> None:
    if process.returncode is not None:
        return
    process.send_signal(signal.SIGINT)
    try:
        async with asyncio.timeout(_STOP_SECONDS):
            await process.wait()
    except TimeoutError:
        process.kill()
        await process.wait()
