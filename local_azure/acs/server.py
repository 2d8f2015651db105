"""Puts the parts together as one aiohttp application."""

from __future__ import annotations

from aiohttp import web
from aiohttp.typedefs import Handler

from local_azure.acs.authorisation import AccessKey
from local_azure.acs.errors import RefusedError
from local_azure.acs.identities import Identities
from local_azure.acs.rooms import Rooms
from local_azure.functions_host.front_door import is_this_machine
from local_azure.mailbox.emails import Emails
from local_azure.mailbox.messages import Mailbox
from local_azure.mailbox.page import MAILBOX_PATH, MailboxPages
from local_azure.mailbox.pushes import PUSH_PATHS, Pushes
from local_azure.mailbox.reports import DeliveryReports
from local_azure.mailbox.texts import Texts

HEALTH_PATH = "/_emulator/health"
_LARGEST_REQUEST = 16 * 1024 * 1024
_UNSIGNED = (HEALTH_PATH, MAILBOX_PATH, *PUSH_PATHS)


class AcsStandIn:
    """A resource of Azure Communication Services in one process; it forgets all when it ends.

    `key` is the access key, in base64. Raises ValueError when it is not. A push service is there, too, with a browser
    that has subscribed to it, so that all that is sent is in one mailbox; `reports` says what becomes of messages.
    """

    def __init__(self, key: str, reports: DeliveryReports | None = None) -> None:
        self._key = AccessKey(key)
        self.identities = Identities()
        self.rooms = Rooms(self.identities)
        self.mailbox = Mailbox()
        self._reports = reports or DeliveryReports()
        self.pushes = Pushes(self.mailbox)

    def app(self) -> web.Application:
        app = web.Application(middlewares=[_answer_errors, self._authorise], client_max_size=_LARGEST_REQUEST)
        app.router.add_get(HEALTH_PATH, _health)
        parts = (
            self.identities,
            self.rooms,
            Emails(self.mailbox, self._reports),
            Texts(self.mailbox, self._reports),
            self.pushes,
            MailboxPages(self.mailbox, is_this_machine),
        )
        for part in parts:
            app.router.add_routes(part.routes())
        app.cleanup_ctx.append(self._reports.deliver)
        return app

    @web.middleware
    async def _authorise(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        if not request.path.startswith(_UNSIGNED):
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
