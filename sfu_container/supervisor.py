"""The process above several nodes: starts them, starts again what dies, and passes on the wish to retire or end."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import sys
import time
from asyncio.subprocess import Process
from collections.abc import Sequence

from sfu_container.backoff import backoff_delays
from sfu_container.exit_code import ExitCode
from sfu_container.retire import RETIRE
from sfu_container.workers import Worker

logger = logging.getLogger(__name__)

STEADY_SECONDS = 30.0
"""A worker that lived so long is started again at once when it dies; others wait longer each time."""
_HOPELESS = (ExitCode.WRONG_SETTINGS, ExitCode.CANNOT_START)


class _CannotStartError(Exception):
    """A worker could not start in the first place, and would not later."""


class Supervisor:
    """Keeps one process for each worker. A node dies alone: the others and their sessions go on."""

    def __init__(self, workers: Sequence[Worker]) -> None:
        self._workers = workers
        self._running: dict[int, Process] = {}
        """By the worker's number."""
        self._stopping = asyncio.Event()
        self._retiring = False

    async def run(self) -> ExitCode:
        """Run until SIGTERM or SIGINT has ended all workers, or until one cannot start in the first place."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._stop, number)
        loop.add_signal_handler(RETIRE, self._retire)
        code = ExitCode.OK
        try:
            async with asyncio.TaskGroup() as tasks:
                for worker in self._workers:
                    tasks.create_task(self._keep(worker))
        except* _CannotStartError:
            code = ExitCode.CANNOT_START
        return code

    def _stop(self, number: signal.Signals) -> None:
        """Let every worker take its leave as it would by itself."""
        self._stopping.set()
        self._pass_on(number)

    def _retire(self) -> None:
        """Let no worker take a further session; one that dies now is not needed again."""
        self._retiring = True
        self._pass_on(RETIRE)

    def _pass_on(self, number: signal.Signals) -> None:
        for process in self._running.values():
            process.send_signal(number)

    async def _keep(self, worker: Worker) -> None:
        delays = backoff_delays()
        is_first = True
        while not self._stopping.is_set():
            started = time.monotonic()
            code = await self._live(worker)
            if self._stopping.is_set() or self._retiring:
                return
            if is_first and code in _HOPELESS:
                logger.error("worker %d cannot start: exit code %d", worker.number, code)
                raise _CannotStartError
            is_first = False
            if time.monotonic() - started >= STEADY_SECONDS:
                delays = backoff_delays()
            delay = next(delays)
            logger.error("worker %d died (exit code %d); it starts again in %.1f s", worker.number, code, delay)
            await self._pause(delay)

    async def _live(self, worker: Worker) -> int:
        """One life of a worker, from its start to its exit code; negative is a signal."""
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "sfu_container",
            "--supervisor",
            str(os.getpid()),
            env={**os.environ, **worker.environment()},
            # Ctrl-C in a terminal reaches every process of the group: they hear of it from here, once.
            start_new_session=True,
        )
        logger.info("worker %d is process %d, media port %d", worker.number, process.pid, worker.media_port)
        self._running[worker.number] = process
        try:
            if self._stopping.is_set():
                process.terminate()
            return await process.wait()
        except asyncio.CancelledError:
            process.terminate()
            await process.wait()
            raise
        finally:
            del self._running[worker.number]

    async def _pause(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._stopping.wait()
        except TimeoutError:
            return
