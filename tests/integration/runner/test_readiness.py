"""A part is ready when its probes say so, and not before."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from aiohttp import web

from local_azure.runner.part import Probe
from local_azure.runner.readiness import until_ready


class Health:
    """A server whose answer the test sets; `asked` is released at every question."""

    def __init__(self) -> None:
        self.status = 200
        self.body = b"ready"
        self.url = ""
        self.asked = asyncio.Semaphore(0)

    async def answer(self, _request: web.Request) -> web.Response:
        self.asked.release()
        return web.Response(status=self.status, body=self.body)


@pytest.fixture
async def health() -> AsyncIterator[Health]:
    health, app = Health(), web.Application()
    app.router.add_get("/healthz", health.answer)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    health.url = f"http://127.0.0.1:{runner.addresses[0][1]}/healthz"
    yield health
    await runner.cleanup()


async def asked_twice_in_vain(health: Health, waiting: asyncio.Task[None]) -> None:
    await health.asked.acquire()
    await health.asked.acquire()
    assert not waiting.done()


async def test_a_probe_holds_when_it_is_answered(health: Health) -> None:
    await asyncio.wait_for(until_ready([Probe(health.url)]), 5)


async def test_an_error_is_not_ready(health: Health) -> None:
    health.status = 503
    waiting = asyncio.create_task(until_ready([Probe(health.url)]))
    await asked_twice_in_vain(health, waiting)
    health.status = 200
    await asyncio.wait_for(waiting, 5)


async def test_the_body_decides_where_the_probe_looks_at_it(health: Health) -> None:
    health.body = b"starting"
    waiting = asyncio.create_task(until_ready([Probe(health.url, lambda body: body == b"ready")]))
    await asked_twice_in_vain(health, waiting)
    health.body = b"ready"
    await asyncio.wait_for(waiting, 5)


async def test_a_redirect_is_not_an_answer(health: Health) -> None:
    health.status = 302
    waiting = asyncio.create_task(until_ready([Probe(health.url)]))
    await asked_twice_in_vain(health, waiting)
    waiting.cancel()


async def test_nobody_there_is_not_ready(unused_tcp_port: int, health: Health) -> None:
    waiting = asyncio.create_task(until_ready([Probe(health.url), Probe(f"http://127.0.0.1:{unused_tcp_port}/")]))
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(waiting, 0.3)


async def test_a_proxy_of_the_machine_is_not_used(health: Health, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    await asyncio.wait_for(until_ready([Probe(health.url)]), 5)
