"""`python -m local_azure.cosmos --port 8081 --data cosmos.db`, with the account key in PARLEY_COSMOS_KEY."""

from __future__ import annotations

import argparse
import asyncio
import os
import signal
import sys
from pathlib import Path

import uvloop
from aiohttp import web

from local_azure.cosmos.emulator import CosmosEmulator
from local_azure.cosmos.store import StoreError

KEY_VARIABLE = "PARLEY_COSMOS_KEY"
HOST = "127.0.0.1"
# How long requests that are under way may take to end after a signal.
SHUTDOWN_SECONDS = 5


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m local_azure.cosmos", description=__doc__)
    parser.add_argument("--port", type=int, required=True, help="the port to listen on; 0 takes a free one")
    parser.add_argument("--data", type=Path, help="the SQLite file; without it the data ends with the process")
    return parser.parse_args()


async def _serve(emulator: CosmosEmulator, port: int) -> None:
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopped.set)
    runner = web.AppRunner(emulator.app(), access_log=None, shutdown_timeout=SHUTDOWN_SECONDS)
    await runner.setup()
    try:
        await web.TCPSite(runner, HOST, port).start()
        bound = runner.addresses[0][1]
        sys.stdout.write(f"listening on http://{HOST}:{bound}\n")
        sys.stdout.flush()
        await stopped.wait()
    finally:
        await runner.cleanup()


def main() -> int:
    """Serves until SIGINT or SIGTERM; 2 where the arguments or the key make no sense, 1 where it cannot start."""
    arguments = _arguments()
    try:
        emulator = CosmosEmulator(os.environ.get(KEY_VARIABLE, ""), arguments.data)
    except ValueError as error:
        sys.stderr.write(f"{KEY_VARIABLE}: {error}\n")
        return 2
    try:
        uvloop.run(_serve(emulator, arguments.port))
    except StoreError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    except OSError as error:
        sys.stderr.write(f"cannot listen on {HOST}:{arguments.port}: {error.strerror or error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
