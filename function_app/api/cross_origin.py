"""Which other origins' pages may call the API: those of the settings, by default none; WHIP and WHEP are for all."""

from __future__ import annotations

from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

from function_app.process import Process

_METHODS = ("GET", "PUT", "PATCH", "POST", "DELETE")
_REQUEST_HEADERS = (
    "Authorization",
    "Content-Type",
    "Idempotency-Key",
    "If-Match",
    "If-None-Match",
    "Repeatability-Request-ID",
    "traceparent",
    "x-api-key",
)
_ANSWER_HEADERS = (
    "ETag",
    "Location",
    "Operation-Location",
    "RateLimit",
    "RateLimit-Policy",
    "Retry-After",
    "traceparent",
    "x-ms-error-code",
    "x-ms-request-id",
)
_REMEMBERED_SECONDS = 3600

_FOR_ALL = ("/whip/", "/whep/")
"""Tools that run in pages have an origin of their own, and a join token."""
_METHODS_FOR_ALL = ("POST", "PATCH", "DELETE")
_REQUEST_HEADERS_FOR_ALL = ("Authorization", "Content-Type", "If-Match")
_ANSWER_HEADERS_FOR_ALL = ("ETag", "Link", "Location", "Retry-After", "x-ms-error-code")


class CrossOrigin:
    """The ASGI layer. Credentials of the browser's own (cookies) are never asked for: we have none."""

    def __init__(self, app: ASGIApp, process: Process) -> None:
        self._app = app
        self._process = process
        self._origins: tuple[str, ...] = ()
        self._sharing: ASGIApp = app
        self._sharing_with_all = CORSMiddleware(
            app,
            allow_origins=("*",),
            allow_methods=_METHODS_FOR_ALL,
            allow_headers=_REQUEST_HEADERS_FOR_ALL,
            expose_headers=_ANSWER_HEADERS_FOR_ALL,
            max_age=_REMEMBERED_SECONDS,
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not any(name == b"origin" for name, _ in scope["headers"]):
            await self._app(scope, receive, send)
            return
        if scope["path"].startswith(_FOR_ALL):
            await self._sharing_with_all(scope, receive, send)
            return
        origins = self._process.services().settings.cors_origins
        if origins != self._origins:
            self._origins, self._sharing = origins, self._allowing(origins)
        await self._sharing(scope, receive, send)

    def _allowing(self, origins: tuple[str, ...]) -> ASGIApp:
        return CORSMiddleware(
            self._app,
            allow_origins=origins,
            allow_methods=_METHODS,
            allow_headers=_REQUEST_HEADERS,
            expose_headers=_ANSWER_HEADERS,
            max_age=_REMEMBERED_SECONDS,
        )
