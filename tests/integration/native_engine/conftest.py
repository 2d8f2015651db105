"""An engine and those at its sockets."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest

from sfu_container.engine import EngineConfig
from sfu_container.native_engine import NativeEngine
from tests.integration.native_engine.clients import LOOPBACK, UdpClient


@pytest.fixture
async def engine() -> AsyncIterator[NativeEngine]:
    engine = NativeEngine(udp=[LOOPBACK], tcp=[LOOPBACK], config=EngineConfig())
    yield engine
    engine.close()


@pytest.fixture
def publisher(engine: NativeEngine) -> Iterator[UdpClient]:
    client = UdpClient(engine)
    yield client
    client.close()


@pytest.fixture
def viewer(engine: NativeEngine) -> Iterator[UdpClient]:
    client = UdpClient(engine)
    yield client
    client.close()
