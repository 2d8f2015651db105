"""Keeps parts running: starts them stage by stage, starts a crashed one again, and stops them in reverse.

A part is, in this order: starting → ready → (crashed → waiting → starting → ready)* → stopped. A part that fails before
it was ready for the first time fails the whole start, as that is a mistake to mend rather than an accident to survive.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from local_azure.runner.crashes import Crashes
from local_azure.runner.errors import StartFailedError
from local_azure.runner.log import RunLog
from local_azure.runner.part import Part
from local_azure.runner.process import Process, describe_end
from local_azure.runner.readiness import until_ready

Stages = Sequence[Sequence[Part]]


class SupervisedPart:
    """One part with the process that runs it at the moment."""

    def __init__(self, part: Part, folder: Path, log: RunLog, on_change: Callable[[], None]) -> None:
        self.part = part
        self.is_ready = False
        self._folder = folder
        self._log = log
        self._on_change = on_change
        self._process: Process | None = None
        self._keeper: asyncio.Task[None] | None = None
        self._crashes = Crashes()

    @property
    def pid(self) -> int | None:
        """The process that is meant to be running, unless it has just ended."""
        return self._process.pid if self._process and not self._process.has_ended else None

    async def start(self) -> None:
        """Returns when the part is ready, and keeps it running from then on; `StartFailedError` when it fails first."""
        await self._start_once()
        if not self.part.runs_once:
            self._keeper = asyncio.create_task(self._keep())

    async def stop(self) -> None:
        if self._keeper:
            self._keeper.cancel()
            await asyncio.gather(self._keeper, return_exceptions=True)
        if self._process and await self._process.stop(self.part.stop_seconds):
            self._warn(f"{self.part.name} did not end within {self.part.stop_seconds:g} s and was killed")

    def kill(self) -> None:
        if self._process:
            self._process.kill()

    async def _start_once(self) -> None:
        self._process = await self._launch()
        await self._become_ready(self._process)
        self.is_ready = True

    async def _launch(self) -> Process:
        environment = {**os.environ, "PYTHONUNBUFFERED": "1", **self.part.environment}
        name = self.part.name
        try:
            return await Process.launch(
                self.part.command, environment, self._folder, lambda line: self._log.line(name, line)
            )
        except OSError as error:
            raise StartFailedError(name, f"could not be started: {error}", ()) from error

    async def _become_ready(self, process: Process) -> None:
        part = self.part
        ending = asyncio.create_task(process.wait())
        ready = ending if part.runs_once else asyncio.create_task(until_ready(part.probes))
        try:
            await asyncio.wait({ending, ready}, timeout=part.start_seconds, return_when=asyncio.FIRST_COMPLETED)
            if ending.done() and not (part.runs_once and ending.result() == 0):
                reason = f"{describe_end(ending.result())} while it was starting"
                raise StartFailedError(part.name, reason, process.last_lines)
            if not ready.done():
                raise StartFailedError(part.name, f"was not ready within {part.start_seconds:g} s", process.last_lines)
            ready.result()
        finally:
            ending.cancel()
            ready.cancel()
            await asyncio.gather(ending, ready, return_exceptions=True)

    async def _keep(self) -> None:
        assert self._process is not None
        while True:
            trouble = describe_end(await self._process.wait())
            self.is_ready = False
            self._on_change()
            while not self.is_ready:
                await self._pause(trouble, self._process)
                try:
                    await self._start_once()
                except StartFailedError as error:
                    trouble = error.reason
                    await self._process.stop(self.part.stop_seconds)
            # Whoever reads it in the log finds it everywhere else.
            self._on_change()
            self._log.say(f"{self.part.name} is ready again (process {self.pid})")

    async def _pause(self, trouble: str, process: Process) -> None:
        pause = self._crashes.add(time.monotonic())
        self._warn(f"{self.part.name} {trouble}; starting it again in {pause:g} s")
        if self._crashes.is_loop:
            self._warn(f"{self.part.name} has crashed {self._crashes.count} times in a minute. Its last lines:")
            self._warn("\n".join(f"    {line}" for line in process.last_lines))
        await asyncio.sleep(pause)

    def _warn(self, text: str) -> None:
        self._log.say(text, "WARNING")


class Supervisor:
    """All parts of a run. Each stage starts when the one before it is ready."""

    def __init__(self, stages: Stages, folder: Path, log: RunLog, on_change: Callable[[], None] = lambda: None) -> None:
        self._log = log
        self._stages = [[SupervisedPart(part, folder, log, on_change) for part in stage] for stage in stages]

    @property
    def pids(self) -> dict[str, int]:
        """The processes that are running now, by the names of their parts."""
        return {part.part.name: part.pid for stage in self._stages for part in stage if part.pid is not None}

    @property
    def is_ready(self) -> bool:
        return all(part.is_ready for stage in self._stages for part in stage)

    async def start(self) -> None:
        """Returns when every part is ready. After `StartFailedError` the others run on, until `stop`."""
        for stage in self._stages:
            await _start_together(stage)

    async def stop(self) -> None:
        """Stops everything, the last started first; nothing is left running when it returns."""
        for stage in reversed(self._stages):
            await asyncio.gather(*(part.stop() for part in stage))

    def kill(self) -> None:
        """Ends everything at once."""
        for stage in self._stages:
            for part in stage:
                part.kill()


async def _start_together(parts: Sequence[SupervisedPart]) -> None:
    try:
        async with asyncio.TaskGroup() as group:
            for part in parts:
                group.create_task(part.start())
    except ExceptionGroup as failures:
        # One reason is enough: the rest were cancelled, or fail for the same cause.
        raise failures.exceptions[0] from None
