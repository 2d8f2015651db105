"""The node's HTTP side: `/healthz` for whoever supervises it, `/metrics` for Prometheus, and what is added to it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from aiohttp import web
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST


def make_app(health: Callable[[], Mapping[str, Any]], registry: CollectorRegistry) -> web.Application:
    """`health` is what `/healthz` answers, as JSON; it is always 200, for a process that answers lives."""

    async def healthz(_: web.Request) -> web.Response:
        return web.json_response(dict(health()))

    async def metrics(_: web.Request) -> web.Response:
        return web.Response(body=generate_latest(registry), headers={"Content-Type": CONTENT_TYPE_LATEST})

    app = web.Application()
    app.router.add_get("/healthz", healthz)
    app.router.add_get("/metrics", metrics)
    return app


async def serve(app: web.Application, host: str, port: int) -> web.AppRunner:
    """Listen; the caller cleans the runner up. Raises OSError when the port is taken."""
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, host, port).start()
    return runner
