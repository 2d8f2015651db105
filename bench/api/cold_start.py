"""How long a fresh process takes to import the Functions app: what a cold start waits for on our side."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

_REPOSITORY = Path(__file__).resolve().parents[2]
_PROGRAM = "import time; began = time.perf_counter(); import function_app; print(time.perf_counter() - began)"


def import_seconds(processes: int) -> list[float]:
    """Of each of so many fresh processes, one after the other; the best first."""
    command = [sys.executable, "-c", _PROGRAM]
    runs = (subprocess.run(command, cwd=_REPOSITORY, capture_output=True, check=True) for _ in range(processes))
    return sorted(float(run.stdout) for run in runs)
