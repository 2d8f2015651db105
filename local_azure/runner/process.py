"""One running program: its own process group, its lines in the log, and a sure end."""

from __future__ import annotations

import asyncio
import ctypes
import os
import signal
import sys
from collections import deque
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path

_KEPT_LINES = 20
_LONGEST_LINE_BYTES = 16_384
_DRAIN_SECONDS = 1.0
_PR_SET_PDEATHSIG = 1  # prctl(2)

Write = Callable[[str], None]


def _tie_to_parent() -> Callable[[], None] | None:
    """What a child does before it becomes the program, so that it ends when its parent is killed (Linux only)."""
    if sys.platform != "linux":
        return None
    # Loaded here, as little may happen between fork and exec.
    library, parent = ctypes.CDLL(None), os.getpid()

    def ask_the_kernel() -> None:
        library.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:
            os._exit(1)

    return ask_the_kernel


class Process:
    """Made by `launch`. Its process group has its own id, so that Ctrl-C in the terminal reaches only the runner."""

    def __init__(self, process: asyncio.subprocess.Process, write: Write) -> None:
        self._process = process
        self._write = write
        self.last_lines: deque[str] = deque(maxlen=_KEPT_LINES)
        self._reader = asyncio.create_task(self._read_lines())
        self._ending = asyncio.create_task(self._end())

    @classmethod
    async def launch(
        cls, command: tuple[str, ...], environment: Mapping[str, str], folder: Path, write: Write
    ) -> Process:
        """Starts `command` in `folder`; raises OSError when there is no such program."""
        process = await asyncio.create_subprocess_exec(
            *command,
            cwd=folder,
            env=environment,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=_tie_to_parent(),
        )
        return cls(process, write)

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def has_ended(self) -> bool:
        return self._ending.done()

    async def wait(self) -> int:
        """Its exit code (negative: the signal that killed it), once its lines are all in the log."""
        return await asyncio.shield(self._ending)

    async def stop(self, seconds: float) -> bool:
        """Asks it to end (SIGTERM), kills it after `seconds`, and returns whether it had to be killed."""
        self._signal(signal.SIGTERM)
        try:
            await asyncio.wait_for(self.wait(), seconds)
        except TimeoutError:
            self.kill()
            await self.wait()
            return True
        return False

    def kill(self) -> None:
        self._signal(signal.SIGKILL)

    def _signal(self, number: signal.Signals) -> None:
        # Once it has been waited for, its id may be another's.
        if not self.has_ended:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self.pid, number)

    async def _end(self) -> int:
        code = await self._process.wait()
        # Whatever it started and left behind goes too, or would keep its ports and its end of the pipe.
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signal.SIGKILL)
        with suppress(TimeoutError):
            await asyncio.wait_for(self._reader, _DRAIN_SECONDS)
        return code

    async def _read_lines(self) -> None:
        assert self._process.stdout is not None
        pending = b""
        while chunk := await self._process.stdout.read(65_536):
            *lines, pending = (pending + chunk).split(b"\n")
            for line in lines:
                self._take(line)
            if len(pending) > _LONGEST_LINE_BYTES:
                self._take(pending)
                pending = b""
        if pending:
            self._take(pending)

    def _take(self, line: bytes) -> None:
        text = line[:_LONGEST_LINE_BYTES].decode(errors="replace").rstrip()
        self.last_lines.append(text)
        self._write(text)


def describe_end(code: int) -> str:
    """An exit code in words."""
    if code >= 0:
        return f"ended with exit code {code}"
    try:
        return f"was killed by {signal.Signals(-code).name}"
    except ValueError:
        return f"was killed by signal {-code}"
