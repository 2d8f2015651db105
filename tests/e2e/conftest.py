from collections.abc import AsyncIterator, Iterator

import aiohttp
import pytest
from playwright.async_api import Browser

from tests.support.browser import chromium
from tests.support.platform import Platform


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    """The whole platform, started once for each module."""
    with Platform.running(tmp_path_factory.mktemp("parley")) as running:
        yield running


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    async with chromium() as started:
        yield started


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session
