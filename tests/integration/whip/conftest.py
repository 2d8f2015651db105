"""The whole platform, and WHIP and WHEP clients of its node."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator

import aiohttp
import pytest

from tests.support.platform import Platform
from tests.support.whip import WhipClient

Invite = Callable[..., Awaitable[str]]
Client = Callable[[str, str], WhipClient]


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    """The whole platform, started once for each module."""
    with Platform.running(tmp_path_factory.mktemp("parley")) as running:
        yield running


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


@pytest.fixture
def invite(platform: Platform, http: aiohttp.ClientSession) -> Invite:
    """A join token for a user of the tenant."""

    async def invite(user: str, meeting: str = "demo", **more: object) -> str:
        headers = {"Authorization": f"Bearer {platform.state()['apiKey']}"}
        body = {"participant": user, "name": user.title(), **more}
        url = f"{platform.origin}/meetings/{meeting}:issueToken"
        async with http.post(url, json=body, headers=headers) as response:
            assert response.status == 200, await response.text()
            return str((await response.json())["token"])

    return invite


@pytest.fixture
async def client(platform: Platform, http: aiohttp.ClientSession) -> AsyncIterator[Client]:
    """A client of the platform, which leaves when the test ends."""
    clients: list[WhipClient] = []

    def client(path: str, token: str) -> WhipClient:
        clients.append(WhipClient(f"{platform.origin}{path}", token, http))
        return clients[-1]

    yield client
    for one in clients:
        if one.resource:
            await one.leave()
        await one.close()
