from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from sfu_container.engine import EngineConfig
from sfu_container.plain_engine import PlainEngine
from tests.unit.plain_engine.sockets import LOOPBACK


@pytest.fixture
async def engine() -> AsyncIterator[PlainEngine]:
    engine = PlainEngine(udp=[LOOPBACK], tcp=[LOOPBACK], config=EngineConfig())
    yield engine
    engine.close()
