"""The control plane, and a node that carries sessions."""

from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest

from .support import FakeNode, Platform, running_platform


@pytest.fixture
async def platform(tmp_path: Path) -> AsyncIterator[Platform]:
    async with running_platform(tmp_path) as running:
        yield running


@pytest.fixture
async def sockets() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


@pytest.fixture
async def node(platform: Platform, sockets: aiohttp.ClientSession) -> AsyncIterator[FakeNode]:
    """A node that is registered and listens."""
    running = FakeNode(platform, sockets)
    await running.start()
    yield running
    assert running.socket
    await running.socket.close()
