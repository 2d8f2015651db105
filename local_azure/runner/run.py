"""The command `run`: everything up, one log, and everything down again."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import closing

from local_azure.runner.errors import RunError
from local_azure.runner.home import Home
from local_azure.runner.keys import Keys, load_keys
from local_azure.runner.log import RunLog
from local_azure.runner.parts import (
    REPOSITORY,
    STAFF_MEETING,
    entra_state,
    inbox_url,
    mailbox_url,
    meeting_url,
    parley_parts,
    public_url,
)
from local_azure.runner.ports import Ports, base_port, require_free
from local_azure.runner.supervision import Stages, Supervisor

_STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


PartsOf = Callable[[Ports, Home, Keys], Stages]


def main(environment: Mapping[str, str] = os.environ, parts: PartsOf = parley_parts) -> int:
    """Runs Parley until it is told to stop. The exit code: 0 after a stop, 1 when it could not start."""
    home = Home.from_environment(environment)
    try:
        ports = Ports.starting_at(base_port(environment))
        with home.held():
            home.clear_state()
            require_free(ports)
            keys = load_keys(home)
            asyncio.run(_run(parts(ports, home, keys), ports, home, keys))
    except RunError as error:
        print(f"\nParley did not start: {error}", file=sys.stderr)
        return 1
    return 0


async def _run(stages: Stages, ports: Ports, home: Home, keys: Keys) -> None:
    names = [part.name for stage in stages for part in stage]
    colour = sys.stdout.isatty() and "NO_COLOR" not in os.environ
    with closing(RunLog(names, sys.stdout, colour=colour, file=home.log)) as log:
        await Run(stages, ports, home, keys, log).until_stopped()


class Run:
    """One run, from the first process to the last."""

    def __init__(self, stages: Stages, ports: Ports, home: Home, keys: Keys, log: RunLog) -> None:
        self._ports = ports
        self._home = home
        self._keys = keys
        self._log = log
        self._supervisor = Supervisor(stages, REPOSITORY, log, self._write_state)
        self._stop_asked = asyncio.Event()
        self._is_started = False

    async def until_stopped(self) -> None:
        """Starts everything, waits for a signal and stops everything, also when the start fails."""
        loop = asyncio.get_running_loop()
        for number in _STOP_SIGNALS:
            loop.add_signal_handler(number, self._stop_or_kill)
        try:
            await self._start_or_stop()
            await self._stop_asked.wait()
        finally:
            self._is_started = False
            self._home.clear_state()
            self._log.say("stopping; once more Ctrl-C stops at once")
            await self._supervisor.stop()
            self._log.say("stopped")

    async def _start_or_stop(self) -> None:
        began = time.monotonic()
        self._log.say(f"starting, with the state folder {self._home.folder}")
        start = asyncio.create_task(self._supervisor.start())
        stop = asyncio.create_task(self._stop_asked.wait())
        await asyncio.wait((start, stop), return_when=asyncio.FIRST_COMPLETED)
        stop.cancel()
        if not start.done():
            start.cancel()
            await asyncio.gather(start, return_exceptions=True)
            return
        start.result()
        self._is_started = True
        self._write_state()
        self._log.say(f"everything is ready after {time.monotonic() - began:.1f} s")
        self._log.banner(_banner(self._ports, self._home))

    def _stop_or_kill(self) -> None:
        if self._stop_asked.is_set():
            self._supervisor.kill()
        self._stop_asked.set()

    def _write_state(self) -> None:
        if not self._is_started:
            return
        state = {
            "url": public_url(self._ports),
            "apiKey": self._keys.api_key,
            "secondApiKey": self._keys.second_api_key,
            "entra": entra_state(self._ports, self._keys),
            "ports": self._ports.as_json(),
            "pids": {"runner": os.getpid(), **self._supervisor.pids},
            "ready": self._supervisor.is_ready,
        }
        try:
            self._home.write_state(state)
        except OSError as error:
            self._log.say(f"{self._home.state} cannot be written: {error}")


def _banner(ports: Ports, home: Home) -> str:
    return f"""
  Parley is ready. Open this in two tabs:

      {meeting_url(ports)}

  Staff   {meeting_url(ports, STAFF_MEETING)} (for people who sign in)
  API     {public_url(ports)}/docs
  Events  {inbox_url(ports)} (what webhooks are sent)
  Mail    {mailbox_url(ports)} (what invitees are sent)
  State   {home.state} (with the API keys of two tenants, which see nothing of each other)
  Stop    Ctrl-C
"""
