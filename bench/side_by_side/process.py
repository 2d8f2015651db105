"""Processes that are measured: started on their core, ended by their id, and what they cost."""

from __future__ import annotations

import asyncio
import os
import time
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Mapping, Sequence
from pathlib import Path

SFU_CORE = 0
OTHER_CORE = 1
STOP_SECONDS = 8.0


def run_beside_the_sfu() -> None:
    """Keep this process, and what it starts, off the SFU's core."""
    os.sched_setaffinity(0, {OTHER_CORE})


async def start_on(
    core: int,
    command: Sequence[str],
    log: Path,
    environment: Mapping[str, str] | None = None,
    *,
    with_pipes: bool = False,
) -> Process:
    """Start a program whose threads all run on one core. What it says goes to `log`, but standard output only without
    `with_pipes`, which lets the caller speak with it."""
    with log.open("ab") as file:
        return await asyncio.create_subprocess_exec(
            "taskset",
            "--cpu-list",
            str(core),
            *command,
            env=environment,
            stdin=PIPE if with_pipes else DEVNULL,
            stdout=PIPE if with_pipes else file,
            stderr=file,
            start_new_session=True,
        )


async def stop(process: Process) -> None:
    if process.returncode is None:
        process.terminate()
        try:
            async with asyncio.timeout(STOP_SECONDS):
                await process.wait()
        except TimeoutError:
            process.kill()
            await process.wait()


def cpu_nanos(pid: int) -> int:
    """What all threads of a process have used so far, by its CPU clock (clock_getcpuclockid(3))."""
    return time.clock_gettime_ns((~pid << 3) | 2)


def resident_bytes(pid: int) -> int:
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")
