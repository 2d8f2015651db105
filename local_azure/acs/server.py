"""Puts the parts together as one aiohttp application."""

from __future__ import annotations

from aiohttp import web
from aiohttp.typedefs import Handler

from local_azure.acs.authorisation import AccessKey
from local_azure.acs.errors import RefusedError
from local_azure.acs.identities import Identities
from local_azure.acs.rooms import Rooms

_HEALTH = "/_emulator/health"


class AcsStandIn:
    """A resource of Azure Communication Services in one process; it forgets all when it ends.

    `key` is the access key, in base64. Raises ValueError when it is not.
    """

    def __init__(self, key: str) -> None:
        self._key = AccessKey(key)
        self._identities = Identities()
        self.rooms = Rooms(self._identities)

    def app(self) -> web.Application:
        app = web.Application(middlewares=[_answer_errors, self._authorise])
        app.router.add_get(_HEALTH, _health)
        app.router.add_routes([*self._identities.routes(), *self.rooms.routes()])
        return app

    @web.middleware
    async def _authorise(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        if request.path != _HEALTH:
            self._key.check(request, await request.read())
        return await handler(request)


@web.middleware
async def _answer_errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    try:
        return await handler(request)
    except RefusedError as error:
        return error.response()


async def _health(_request: web.Request) -> web.Response:
    return web.Response(text="ok")
