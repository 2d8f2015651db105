"""The emulator as a process of its own."""

import os
import signal
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from .support import KEY

ROOT = Path(__file__).parents[3]


def start(*arguments: str, key: str = KEY) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-m", "local_azure.webpubsub", *arguments],
        env={**os.environ, "PARLEY_WEBPUBSUB_KEY": key},
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM])
def test_it_says_where_it_listens_and_stops_cleanly_when_told(stop: signal.Signals) -> None:
    with start("--port", "0", "--upstream", "meetings=http://127.0.0.1:9/events") as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line.startswith("listening on http://127.0.0.1:")
        with urllib.request.urlopen(f"{line.split()[-1]}/_emulator/health", timeout=10) as response:
            assert response.status == 200
        process.send_signal(stop)
        output, errors = process.communicate(timeout=10)
    assert (process.returncode, output, errors) == (0, "", "")


def test_a_taken_port_is_named() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with start("--port", str(port)) as process:
            _, errors = process.communicate(timeout=20)
    assert process.returncode == 1
    assert str(port) in errors
    assert "Traceback" not in errors


@pytest.mark.parametrize("key", ["", "short"])
def test_a_missing_or_short_key_is_named(key: str) -> None:
    with start("--port", "0", key=key) as process:
        _, errors = process.communicate(timeout=20)
    assert process.returncode == 2
    assert "PARLEY_WEBPUBSUB_KEY" in errors
    assert "Traceback" not in errors


def test_an_upstream_that_is_no_url_is_named() -> None:
    with start("--upstream", "meetings") as process:
        _, errors = process.communicate(timeout=20)
    assert process.returncode == 2
    assert "HUB=URL" in errors
