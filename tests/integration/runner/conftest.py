"""Runs with stand-in parts, and what is left of them."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.support.platform import ROOT, free_port_row
from tests.support.waiting import eventually

STAMP = re.compile(r"\| \d{4}-[\d-]+ [\d:,]+ (?:-|[A-Z]+) ")


def alive(pid: int) -> bool:
    """Whether a process runs; one that has ended and was not waited for does not."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    status = Path(f"/proc/{pid}/stat")
    return not status.exists() or status.read_text().rpartition(")")[2].split()[0] != "Z"


@dataclass
class RunningCommand:
    """`run` in a process of its own."""

    process: subprocess.Popen[str]
    home: Path
    port: int

    def state(self) -> dict[str, Any]:
        try:
            return dict(json.loads((self.home / "state.json").read_text()))
        except FileNotFoundError:
            return {}

    def log(self) -> str:
        """What the console shows, without times and levels."""
        return STAMP.sub("| ", (self.home / "console.log").read_text())

    @property
    def pids(self) -> dict[str, int]:
        return dict(self.state()["pids"])

    async def until_ready(self) -> None:
        await eventually(lambda: self.state().get("ready") or self.process.poll() is not None, "the run is ready")
        assert self.process.poll() is None, self.log()

    async def until_logged(self, text: str) -> None:
        await eventually(lambda: text in self.log(), f"the log says {text!r}")

    async def until_ended(self) -> int:
        await eventually(lambda: self.process.poll() is not None, "the run ends")
        return int(self.process.wait())


Start = Callable[..., RunningCommand]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Starts `run`; keyword arguments: `home`, `port`, `arguments` of the stand-in named functions."""
    started: list[RunningCommand] = []

    def start_one(home: str = "home", port: int | None = None, arguments: str = "") -> RunningCommand:
        folder = tmp_path / home
        folder.mkdir(exist_ok=True)
        port = port or free_port_row()
        settings = {"PORT": str(port), "PARLEY_HOME": str(folder), "STAND_IN_ARGUMENTS": arguments}
        with (folder / "console.log").open("w") as console:
            process = subprocess.Popen(
                [sys.executable, "-m", "tests.integration.runner.stand_in_run"],
                cwd=ROOT,
                env={**os.environ, **settings},
                stdout=console,
                stderr=subprocess.STDOUT,
                text=True,
            )
        started.append(RunningCommand(process, folder, port))
        return started[-1]

    yield start_one
    for one in started:
        if one.process.poll() is None:
            one.process.send_signal(signal.SIGTERM)
            one.process.wait(15)
