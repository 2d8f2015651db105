"""Ways to run the emulator for a test: in a thread of this process, or as a process of its own."""

from __future__ import annotations

import asyncio
import base64
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from aiohttp import web

from local_azure.cosmos import CosmosEmulator

KEY = base64.b64encode(b"a key for tests only, of 64 bytes, which anyone may read. ......").decode()
ROOT = Path(__file__).resolve().parents[3]


@dataclass(frozen=True)
class RunningEmulator:
    """An emulator that answers at `endpoint`."""

    endpoint: str
    emulator: CosmosEmulator


@contextmanager
def run_in_thread(path: Path | None = None) -> Iterator[RunningEmulator]:
    """The emulator on a free port, with its own event loop."""
    emulator = CosmosEmulator(KEY, path)
    started: Future[tuple[int, Callable[[], object]]] = Future()
    thread = threading.Thread(target=lambda: asyncio.run(_serve(emulator, started)), name="cosmos-emulator")
    thread.start()
    port, stop = started.result(timeout=30)
    try:
        yield RunningEmulator(f"http://127.0.0.1:{port}", emulator)
    finally:
        stop()
        thread.join(timeout=30)


async def _serve(emulator: CosmosEmulator, started: Future[tuple[int, Callable[[], object]]]) -> None:
    """Serves until the function that it puts into `started`, beside the port, is called."""
    loop, stopped = asyncio.get_running_loop(), asyncio.Event()
    runner = web.AppRunner(emulator.app(), access_log=None, shutdown_timeout=5)
    try:
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        started.set_result((runner.addresses[0][1], partial(loop.call_soon_threadsafe, stopped.set)))
        await stopped.wait()
    except OSError as error:
        started.set_exception(error)
    finally:
        await runner.cleanup()


@contextmanager
def run_as_process(path: Path) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """`python -m local_azure.cosmos` on a free port; gives its endpoint once it says that it listens."""
    process = subprocess.Popen(
        [sys.executable, "-m", "local_azure.cosmos", "--port", "0", "--data", str(path)],
        cwd=ROOT,
        env={**os.environ, "PARLEY_COSMOS_KEY": KEY},
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        line = process.stdout.readline().strip()
        assert line.startswith("listening on http://127.0.0.1:"), line
        yield line.removeprefix("listening on "), process
    finally:
        process.terminate()
        process.wait(timeout=30)
        if process.stdout is not None:
            process.stdout.close()
