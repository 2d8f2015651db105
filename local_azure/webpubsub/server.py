"""Puts the parts together as one aiohttp application."""

import logging
from collections.abc import AsyncIterator, Collection, Mapping

from aiohttp import web
from aiohttp.typedefs import Handler

from local_azure.webpubsub.client_endpoint import ClientEndpoint
from local_azure.webpubsub.errors import SHUTTING_DOWN, RequestError, UpstreamRefusedError
from local_azure.webpubsub.handshake import Handshake
from local_azure.webpubsub.hub import Hubs
from local_azure.webpubsub.limits import Limits
from local_azure.webpubsub.rest import RestApi
from local_azure.webpubsub.tokens import AccessKey
from local_azure.webpubsub.upstream import SYSTEM_EVENTS, Upstream

_logger = logging.getLogger(__name__)


class WebPubSubEmulator:
    """An Azure Web PubSub resource in one process.

    `key` signs every token (32 bytes or more). `upstreams` are the event handler URLs by hub, in which `{hub}` and
    `{event}` are filled in; of the system events they get `system_events`. `public_origin`, such as
    `http://127.0.0.1:8081`, is where clients and SDKs find it.
    Raises ValueError on a key that is too short.
    """

    def __init__(
        self,
        key: str,
        upstreams: Mapping[str, str],
        public_origin: str,
        *,
        limits: Limits | None = None,
        system_events: Collection[str] = SYSTEM_EVENTS,
    ) -> None:
        limits = limits or Limits()
        access_key = AccessKey(key)
        self._limits = limits
        self._hubs = Hubs(limits)
        self._upstream = Upstream(upstreams, access_key, public_origin, limits, system_events)
        handshake = Handshake(access_key, self._hubs, self._upstream, public_origin, limits)
        self._clients = ClientEndpoint(handshake, self._hubs, self._upstream, limits)
        self._rest = RestApi(access_key, self._hubs, public_origin)

    def app(self) -> web.Application:
        """The application; it runs once, as sessions do not survive it."""
        app = web.Application(client_max_size=self._limits.message_bytes, middlewares=[_answer_errors])
        app.router.add_get("/_emulator/health", _health)
        app.router.add_get("/client/hubs/{hub}", self._clients.handle)
        app.router.add_routes(self._rest.routes())
        app.cleanup_ctx.append(self._running)
        app.on_shutdown.append(self._end_sessions)
        return app

    async def _running(self, _app: web.Application) -> AsyncIterator[None]:
        await self._upstream.open()
        yield
        await self._clients.close()
        await self._upstream.close()

    async def _end_sessions(self, _app: web.Application) -> None:
        for connection in self._hubs.everyone():
            connection.end(SHUTTING_DOWN)


@web.middleware
async def _answer_errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Turns expected failures into the error answers of the real service."""
    try:
        return await handler(request)
    except RequestError as error:
        return _error_response(error)
    except UpstreamRefusedError as refusal:
        return web.Response(status=refusal.status, body=refusal.body, content_type=refusal.content_type)
    except web.HTTPRequestEntityTooLarge:
        return _error_response(RequestError(413, "PayloadTooLarge", "The body is bigger than a message may be."))


def _error_response(error: RequestError) -> web.Response:
    if error.status >= 500:
        _logger.warning("%s: %s", error.code, error.message)
    body = {"code": error.code, "message": error.message}
    return web.json_response(body, status=error.status, headers={"x-ms-error-code": error.code})


async def _health(_request: web.Request) -> web.Response:
    return web.Response(text="ok")
