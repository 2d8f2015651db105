"""The secrets part of the REST API (learn.microsoft.com/rest/api/keyvault/secrets), with the challenge that the SDK
expects before it shows its token. Needs TLS: the SDK sends tokens over nothing else. Kept in memory.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

_CHALLENGE = 'Bearer authorization="https://login.microsoftonline.com/common", resource="https://vault.azure.net"'
_Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(frozen=True)
class _Version:
    id: str
    value: str
    created: int
    """Seconds since the epoch."""


@dataclass
class KeyVault:
    """One vault; any bearer token opens it. `now` is in seconds since the epoch."""

    now: Callable[[], float] = time.time
    _secrets: dict[str, list[_Version]] = field(default_factory=dict)

    def app(self) -> web.Application:
        app = web.Application(middlewares=[_challenge])
        app.router.add_put("/secrets/{name}", self._set)
        app.router.add_get("/secrets/{name}/versions", self._versions)
        app.router.add_get("/secrets/{name}/{version}", self._get)
        return app

    async def _set(self, request: web.Request) -> web.Response:
        value = str((await request.json())["value"])
        version = _Version(uuid.uuid4().hex, value, int(self.now()))
        self._secrets.setdefault(request.match_info["name"], []).append(version)
        return web.json_response({**_properties(request, version), "value": value})

    async def _get(self, request: web.Request) -> web.Response:
        for version in self._secrets.get(request.match_info["name"], []):
            if version.id == request.match_info["version"]:
                return web.json_response({**_properties(request, version), "value": version.value})
        return web.json_response({"error": {"code": "SecretNotFound", "message": "no such version"}}, status=404)

    async def _versions(self, request: web.Request) -> web.Response:
        versions = self._secrets.get(request.match_info["name"], [])
        return web.json_response({"value": [_properties(request, one) for one in versions], "nextLink": None})


@web.middleware
async def _challenge(request: web.Request, handler: _Handler) -> web.StreamResponse:
    if not request.headers.get("Authorization", "").startswith("Bearer "):
        return web.Response(status=401, headers={"WWW-Authenticate": _CHALLENGE})
    return await handler(request)


def _properties(request: web.Request, version: _Version) -> dict[str, Any]:
    name = request.match_info["name"]
    attributes = {"enabled": True, "created": version.created, "updated": version.created}
    return {"id": f"https://{request.host}/secrets/{name}/{version.id}", "attributes": attributes}
