"""Writes down every administrative request that succeeded, whichever endpoint it was for, before it is answered.

A change of a tenant or its API keys, and long work, is written with its entry in one batch and is left out here. For
all others the entry follows the act: when it cannot be written the caller is told 503, and writes it by trying again.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from http import HTTPStatus

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from function_app.api.error_responses import error_response
from function_app.audit.documents import AuditEntry
from function_app.errors import ApiError
from function_app.tenants.callers import Caller
from function_app.timestamps import utc_now

CALLER = "caller"
"""Where in the request's state the dependency that lets a caller in leaves it."""
WITH_ITS_BATCH = frozenset({"patchTenant", "createApiKey", "rotateApiKey", "revokeApiKey", "eraseUser"})
NOT_ADMINISTRATIVE = frozenset({"issueToken"})
"""Everyday use: people come in."""
_SAFE_METHODS = ("GET", "HEAD", "OPTIONS")
_TARGETS = {
    "id": "meeting",
    "wid": "webhook",
    "did": "delivery",
    "sid": "session",
    "pid": "participant",
    "kid": "apiKey",
    "bid": "ban",
}

_logger = logging.getLogger("parley.audit")

Write = Callable[[AuditEntry], Awaitable[None]]


class AuditTrail:
    """An ASGI layer; `writer` gives what writes an entry down."""

    def __init__(self, app: ASGIApp, writer: Callable[[], Write]) -> None:
        self._app = app
        self._writer = writer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] in _SAFE_METHODS:
            await self._app(scope, receive, send)
            return
        refused = False

        async def answer(message: Message) -> None:
            nonlocal refused
            if refused:
                return
            if message["type"] == "http.response.start" and message["status"] < HTTPStatus.BAD_REQUEST:
                try:
                    await self._note(scope)
                except ApiError as error:
                    refused = True
                    await error_response(error)(scope, receive, send)
                    return
            await send(message)

        await self._app(scope, receive, answer)

    async def _note(self, scope: Scope) -> None:
        caller: Caller | None = scope.get("state", {}).get(CALLER)
        action = getattr(scope.get("route"), "operation_id", None)
        if caller is None or action is None or action in WITH_ITS_BATCH | NOT_ADMINISTRATIVE:
            return
        given = scope.get("path_params", {})
        target = {kind: str(given[name]) for name, kind in _TARGETS.items() if name in given}
        await self._writer()(AuditEntry.new(caller.tenant, caller.actor, action, target, utc_now()))
        _logger.info("audit tenant=%s actor=%s action=%s", caller.tenant, caller.actor.id, action)
