"""How long a fresh process takes to import the Functions app: what a cold start waits for on our side."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

_REPOSITORY = Path(__file__).resolve().parents[2]
_PROGRAM = """
import time
began = time.perf_counter(), time.process_time()
import function_app
print(time.perf_counter() - began[0], time.process_time() - began[1])
"""


class Import(NamedTuple):
    """In seconds. On a machine that does nothing else both are the same."""

    elapsed: float
    cpu: float


def imports(processes: int) -> list[Import]:
    """Of each of so many fresh processes, one after the other; the fastest first."""
    command = [sys.executable, "-c", _PROGRAM]
    runs = (subprocess.run(command, cwd=_REPOSITORY, capture_output=True, check=True) for _ in range(processes))
    return sorted(Import(*map(float, run.stdout.split())) for run in runs)
