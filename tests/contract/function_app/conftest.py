"""The control plane, and a node that carries sessions."""

import shutil
import subprocess
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web

from .estate import estate as estate
from .support import FakeNode, Platform, Server, add_tenant, running_platform
from .whip_node import WhipNode


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


@pytest.fixture
async def make_node(
    platform: Platform, sockets: aiohttp.ClientSession
) -> AsyncIterator[Callable[[], Awaitable[WhipNode]]]:
    made: list[WhipNode] = []

    async def make() -> WhipNode:
        def app() -> web.Application:
            application = web.Application()
            application.router.add_route("*", r"/{path:[\s\S]*}", one.handle)
            return application

        fake = FakeNode(platform, sockets)
        one = WhipNode(fake, Server(app), lambda request: one.admit(request))
        await one.server.start()
        await fake.start()
        await one.is_reached_at("127.0.0.1", one.server.port)
        made.append(one)
        return one

    yield make
    for one in made:
        await one.server.stop()
        assert one.node.socket
        await one.node.socket.close()


@pytest.fixture
async def there(make_node: Callable[[], Awaitable[WhipNode]]) -> WhipNode:
    """A node that takes WHIP."""
    return await make_node()


@pytest.fixture
async def other_tenant(platform: Platform) -> dict[str, str]:
    """The credential of another tenant."""
    return await add_tenant(platform)


@pytest.fixture(scope="module")
def redis_url() -> Iterator[str]:
    """A Redis server of the tests' own, on a socket file, which needs no port."""
    folder = Path(tempfile.mkdtemp(prefix="redis-"))
    socket = folder / "socket"
    server = subprocess.Popen(
        ["redis-server", "--port", "0", "--unixsocket", str(socket), "--save", "", "--dir", str(folder)],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert server.stdout
    try:
        for line in server.stdout:
            if "ready to accept connections" in line.lower():
                break
        yield f"unix://{socket}"
    finally:
        server.terminate()
        server.wait(10)
        server.stdout.close()
        shutil.rmtree(folder)
