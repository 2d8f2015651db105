"""Writes down every administrative request, whichever endpoint it is for, before anything is done.

A change of a tenant or its API keys, and long work, is written with its entry in one batch and is left out here. All
others change what is in another partition, so their entry comes first: as soon as it is known who calls, and when it
cannot be written the caller is told 503 and nothing is done. It is taken back when the request is refused. So when a
process dies in between, or an act fails half-way, the log may name an act that was not done, and never lacks one.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, MutableMapping
from http import HTTPStatus
from typing import Any, Protocol

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from function_app.audit.documents import AuditEntry
from function_app.errors import ApiError
from function_app.tenants.callers import Caller
from function_app.timestamps import utc_now

_ENTRY = "parley.auditEntry"
"""Where in the request's scope the entry is that was written for it."""
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


class Log(Protocol):
    """Where entries are kept. Both may raise ApiError."""

    def add(self, entry: AuditEntry) -> Awaitable[None]: ...

    def take_back(self, entry: AuditEntry) -> Awaitable[None]: ...


async def note_act(scope: MutableMapping[str, Any], caller: Caller, log: Log) -> None:
    """Writes down what the request is about to do, unless that was done already or is no administrative act."""
    action = getattr(scope.get("route"), "operation_id", None)
    if scope["method"] in _SAFE_METHODS or action is None or action in WITH_ITS_BATCH | NOT_ADMINISTRATIVE:
        return
    if _ENTRY in scope:
        return
    given = scope.get("path_params", {})
    target = {kind: str(given[name]) for name, kind in _TARGETS.items() if name in given}
    entry = AuditEntry.new(caller.tenant, caller.actor, action, target, utc_now())
    await log.add(entry)
    scope[_ENTRY] = entry


class AuditTrail:
    """An ASGI layer, which takes back the entries of requests that are refused."""

    def __init__(self, app: ASGIApp, log: Callable[[], Log]) -> None:
        self._app = app
        self._log = log

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] in _SAFE_METHODS:
            await self._app(scope, receive, send)
            return

        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start":
                await self._settle(scope.get(_ENTRY), message["status"])
            await send(message)

        await self._app(scope, receive, answer)

    async def _settle(self, entry: AuditEntry | None, status: int) -> None:
        if entry is None:
            return
        if status < HTTPStatus.BAD_REQUEST:
            _logger.info("audit tenant=%s actor=%s action=%s", entry.tenant_id, entry.actor.id, entry.action)
        elif status < HTTPStatus.INTERNAL_SERVER_ERROR:
            try:
                await self._log().take_back(entry)
            except ApiError as error:
                _logger.warning("audit entry of a refused act stays id=%s code=%s", entry.id, error.code)
