"""A Functions host that a test may kill at any moment, and start again at once.

The module that `running_workers` is given calls `serve_workers`: it does the slow part, importing, once. Then each
line `start SECONDS BUSY` on its input forks a worker whose clock is that far ahead, and answers with its process id;
`reap` waits for the end of the last one. Settings are in the environment, as in Azure.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

from pydantic import SecretStr

from tests.contract.function_app.support import Platform

ROOT = Path(__file__).resolve().parents[2]

Work = Callable[[timedelta, bool], Awaitable[None]]
"""What a worker does until somebody kills it, with its clock that far ahead; the second says whether it is busy."""


class Workers:
    """Workers of which one lives at a time; each comes up `apart` seconds after the one before, by its clock."""

    def __init__(self, process: asyncio.subprocess.Process, apart: int) -> None:
        self._process = process
        self._apart = apart
        self._ahead = 0

    async def start(self, *, busy: bool = False) -> int:
        self._ahead += self._apart
        return int(await self._ask(f"start {self._ahead} {int(busy)}"))

    async def kill(self, worker: int) -> None:
        os.kill(worker, signal.SIGKILL)
        await self._ask("reap")

    async def _ask(self, command: str) -> str:
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(f"{command}\n".encode())
        return (await self._process.stdout.readline()).decode().strip()


@asynccontextmanager
async def running_workers(platform: Platform, module: str, apart: int) -> AsyncIterator[Workers]:
    """Workers of the module, with the platform's settings."""
    settings = platform.settings
    chosen = settings.model_dump(exclude={"open_meeting"}, exclude_none=True, exclude_defaults=True)
    environment = {f"PARLEY_{name.upper()}": _text(value) for name, value in chosen.items()}
    environment["PARLEY_COSMOS_DATABASE"] = settings.cosmos_database
    key = environment["PARLEY_COSMOS_KEY"]
    environment["PARLEY_COSMOS"] = f"AccountEndpoint={settings.cosmos_endpoint};AccountKey={key};"
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        module,
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "TENANT": platform.tenant, **environment},
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        start_new_session=True,
    )
    try:
        yield Workers(process, apart)
    finally:
        # A test that failed leaves a worker behind. That holds the output open, for whose end `wait` waits, too.
        os.killpg(process.pid, signal.SIGKILL)
        await process.wait()


def _text(value: object) -> str:
    if isinstance(value, tuple):
        return ",".join(map(str, value))
    return value.get_secret_value() if isinstance(value, SecretStr) else str(value)


def serve_workers(work: Work) -> None:
    """Forks workers as it is told on standard input."""

    async def until_killed(ahead: timedelta, busy: bool) -> None:
        await work(ahead, busy)

    worker = 0
    for line in sys.stdin:
        command, *arguments = line.split()
        if command == "reap":
            os.waitpid(worker, 0)
            answer = "reaped"
        else:
            worker = os.fork()
            if not worker:
                ahead, busy = arguments
                asyncio.run(until_killed(timedelta(seconds=int(ahead)), busy == "1"))
            answer = str(worker)
        sys.stdout.write(f"{answer}\n")
        sys.stdout.flush()
