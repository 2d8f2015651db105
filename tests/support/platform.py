"""The whole platform, as `make run` starts it, on free ports and in a folder of its own."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from local_azure.mailbox.page import MAILBOX_PATH

ROOT = Path(__file__).resolve().parents[2]
PORTS_IN_A_ROW = 7
_PORTS_START, _PORTS_END = 18_000, 32_000


def free_port_row() -> int:
    """The first of seven ports in a row that nobody listens on, for UDP and TCP.

    Each process of a test run looks among ports of its own, as a row is taken only a moment after it is found.
    """
    processes = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    process = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    share = (_PORTS_END - _PORTS_START) // processes
    first, end = _PORTS_START + share * process, _PORTS_START + share * (process + 1) - PORTS_IN_A_ROW
    # Other runs on the machine have other ids.
    for base in range(first + os.getpid() % 300 * 10, end, PORTS_IN_A_ROW):
        if all(_is_free(base + offset) for offset in range(PORTS_IN_A_ROW)):
            return base
    raise RuntimeError(f"no seven free ports in a row between {first} and {end}")


def _is_free(port: int) -> bool:
    for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
        with socket.socket(socket.AF_INET, kind) as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                return False
    return True


@dataclass
class Platform:
    process: subprocess.Popen[bytes]
    home: Path

    @classmethod
    def start(cls, home: Path, within: float = 60.0) -> Platform:
        """Start it and wait until it says that it is ready."""
        home.mkdir(parents=True, exist_ok=True)
        environment = {**os.environ, "PORT": str(free_port_row()), "PARLEY_HOME": str(home)}
        with (home / "platform.log").open("wb") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "command_line", "run"],
                cwd=ROOT,
                env=environment,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        platform = cls(process, home)
        deadline = time.monotonic() + within
        while not platform.ready():
            if process.poll() is not None or time.monotonic() > deadline:
                platform.stop()
                raise AssertionError(f"the platform did not start:\n{platform.log()[-6000:]}")
            time.sleep(0.1)
        return platform

    @classmethod
    @contextmanager
    def running(cls, home: Path) -> Iterator[Platform]:
        """Start it and, at the end of the block, stop it; then its log must show no crash."""
        platform = cls.start(home)
        try:
            yield platform
        finally:
            platform.stop()
        log = platform.log()
        assert "Traceback" not in log, log[-6000:]
        assert platform.process.returncode == 0

    def ready(self) -> bool:
        try:
            return bool(self.state()["ready"])
        except (FileNotFoundError, KeyError):
            return False

    def state(self) -> dict[str, Any]:
        return dict(json.loads((self.home / "state.json").read_text()))

    def log(self) -> str:
        return (self.home / "platform.log").read_text(errors="replace")

    @property
    def origin(self) -> str:
        return f"http://localhost:{self.state()['ports']['http']}"

    @property
    def node_origin(self) -> str:
        return f"http://127.0.0.1:{self.state()['ports']['sfuHttp']}"

    @property
    def mailbox(self) -> str:
        """The page that shows what invitees are sent."""
        return f"http://localhost:{self.state()['ports']['acs']}{MAILBOX_PATH}"

    def stop(self) -> None:
        """Ask it to stop, as Ctrl-C does, and wait for it."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
