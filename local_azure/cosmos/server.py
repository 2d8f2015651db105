"""HTTP in front of the gateway.

One worker thread owns the SQLite connection and answers requests in turn. A query over many documents so holds up
other requests but never the event loop, which other emulators share.
"""

from __future__ import annotations

import asyncio
import json
import time
import urllib.parse
from collections.abc import AsyncIterator, Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from aiohttp import web

from local_azure.cosmos import json_text
from local_azure.cosmos.errors import BadRequestError, CosmosError, PayloadTooLargeError
from local_azure.cosmos.exchange import JSON, Request, Response
from local_azure.cosmos.faults import Fault, Faults
from local_azure.cosmos.gateway import MAX_REQUEST_BYTES, Gateway, error_response
from local_azure.cosmos.store import Store

HEALTH_PATH = "/_emulator/health"
FAULTS_PATH = "/_emulator/faults"

_GATEWAY = web.AppKey("gateway", Gateway)
_WORKER = web.AppKey("worker", ThreadPoolExecutor)
_FAULTS = web.AppKey("faults", Faults)


def build_app(path: Path | None, key: bytes, faults: Faults) -> web.Application:
    """The emulator as a web application; it opens the store when it starts and closes it when it stops."""
    # One byte more than the limit, so that the body that breaks it still reaches the answer that says so.
    app = web.Application(client_max_size=MAX_REQUEST_BYTES + 1)
    app[_FAULTS] = faults
    app.cleanup_ctx.append(lambda app: _serve_store(app, path, key))
    app.router.add_get(HEALTH_PATH, _health)
    app.router.add_get(FAULTS_PATH, _coded(_list_faults))
    app.router.add_post(FAULTS_PATH, _coded(_inject_fault))
    app.router.add_delete(FAULTS_PATH, _coded(_clear_faults))
    app.router.add_route("*", "/{path:.*}", _coded(_answer))
    return app


async def _serve_store(app: web.Application, path: Path | None, key: bytes) -> AsyncIterator[None]:
    loop = asyncio.get_running_loop()
    worker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="cosmos-store")
    store: Store | None = None
    try:
        store = await loop.run_in_executor(worker, Store, path)
        app[_WORKER] = worker
        app[_GATEWAY] = Gateway(store, key, app[_FAULTS])
        yield
    finally:
        if store is not None:
            await loop.run_in_executor(worker, store.close)
        worker.shutdown()


Handler = Callable[[web.Request], Awaitable[web.Response]]


def _coded(handler: Handler) -> Handler:
    async def handle(request: web.Request) -> web.Response:
        try:
            return await handler(request)
        except web.HTTPRequestEntityTooLarge:
            return _web_response(error_response(PayloadTooLargeError()))
        except CosmosError as error:
            return _web_response(error_response(error))

    return handle


async def _answer(request: web.Request) -> web.Response:
    exchange = Request(
        method=request.method,
        segments=_segments(request.raw_path),
        headers=request.headers,
        body=await request.read(),
        host=request.host,
        now=time.time(),
    )
    loop = asyncio.get_running_loop()
    response = await loop.run_in_executor(request.app[_WORKER], request.app[_GATEWAY].answer, exchange)
    await asyncio.sleep(response.late_seconds)
    return _web_response(response)


def _segments(raw_path: str) -> tuple[str, ...]:
    """The parts of the path, each decoded on its own, so that an escaped slash stays inside a name."""
    path = raw_path.partition("?")[0]
    return tuple(urllib.parse.unquote(part) for part in path.split("/") if part)


def _web_response(response: Response) -> web.Response:
    headers = {name: value.encode("ascii", "replace").decode() for name, value in response.headers.items()}
    if response.body is None:
        return web.Response(status=response.status, headers=headers)
    return web.Response(status=response.status, headers=headers, text=response.body, content_type=JSON)


async def _health(_request: web.Request) -> web.Response:
    return web.Response(text=json.dumps({"status": "ready"}), content_type=JSON)


async def _list_faults(request: web.Request) -> web.Response:
    return web.json_response({"faults": [fault.to_json() for fault in request.app[_FAULTS].pending()]})


async def _inject_fault(request: web.Request) -> web.Response:
    # A web page can post to 127.0.0.1, but not with this content type unless we agree to it.
    if request.content_type != JSON:
        raise BadRequestError("A fault is sent as application/json.")
    fault = Fault.from_json(json_text.parse(await request.read()))
    request.app[_FAULTS].inject(fault)
    return web.json_response(fault.to_json(), status=201)


async def _clear_faults(request: web.Request) -> web.Response:
    request.app[_FAULTS].clear()
    return web.Response(status=204)
