"""How a stand-in serves as a process of its own: on one port of this machine, until it is told to stop."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import socket
import sys

from aiohttp import web

HOST = "127.0.0.1"
_SHUTDOWN_SECONDS = 5.0


def listen(port: int) -> tuple[socket.socket, str]:
    """A socket on the port, 0 being a free one, and the origin that it makes. Raises OSError when it is taken."""
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((HOST, port))
    return listener, f"http://{HOST}:{listener.getsockname()[1]}"


async def serve(app: web.Application, listener: socket.socket, origin: str) -> None:
    """Says where it is, and returns after SIGINT or SIGTERM."""
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopped.set)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=_SHUTDOWN_SECONDS)
    await runner.setup()
    try:
        await web.SockSite(runner, listener).start()
        with contextlib.suppress(BrokenPipeError):
            sys.stdout.write(f"listening on {origin}\n")
            sys.stdout.flush()
        await stopped.wait()
    finally:
        await runner.cleanup()
