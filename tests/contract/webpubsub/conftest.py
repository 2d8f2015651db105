"""Emulators for the tests of this folder."""

import os
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from .support import KEY, Emulator, running_emulator

ROOT = Path(__file__).parents[3]
CONFORMANCE_VARIABLE = "PARLEY_WEBPUBSUB_CONFORMANCE_CONNECTION_STRING"


@pytest.fixture
async def emulator() -> AsyncIterator[Emulator]:
    """An emulator without an upstream."""
    async with running_emulator() as running:
        yield running


@pytest.fixture
async def emulator_with_upstream() -> AsyncIterator[Emulator]:
    """An emulator whose hub has a recording upstream."""
    async with running_emulator(with_upstream=True) as running:
        yield running


@pytest.fixture(scope="session")
def connection_string() -> Iterator[str]:
    """A real resource if the environment names one, else the emulator as its own process."""
    real = os.environ.get(CONFORMANCE_VARIABLE)
    if real:
        yield real
        return
    process = subprocess.Popen(
        [sys.executable, "-m", "local_azure.webpubsub", "--port", "0"],
        env={**os.environ, "PARLEY_WEBPUBSUB_KEY": KEY},
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    try:
        origin = process.stdout.readline().removeprefix("listening on ").strip()
        yield f"Endpoint={origin};AccessKey={KEY};Version=1.0;"
    finally:
        process.terminate()
        process.wait(10)
        process.stdout.close()
