"""The client's built files: the page of every route that the client draws, and what the page loads."""

from __future__ import annotations

import mimetypes
from collections.abc import Mapping
from http import HTTPStatus
from pathlib import Path
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import Message, Receive, Scope, Send

from local_azure.functions_host.settings import HostConfigurationError

# A machine's own table may say otherwise, and a browser refuses to run a module of another type.
for _suffix, _type in {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}.items():
    mimetypes.add_type(_type, _suffix)

_FOREVER = "public, max-age=31536000, immutable"
_ASK_FIRST = "no-cache"
_FOLDERS = ("/assets/", "/docs-assets/")
"""What the pages load: the client's, and the API's page /docs."""
SIGNED_IN_PATH = "/signed-in"
"""Where people come back to from signing in."""


class ClientPages:
    """Serves the folder `dist` that the client's build leaves; an ASGI application for the paths that it `holds`."""

    def __init__(self, dist: Path, signalling_endpoint: str, sign_in_authority: str | None = None) -> None:
        self._index = dist / "index.html"
        if not self._index.is_file():
            raise HostConfigurationError(f"the client is not built: {self._index} is missing (`make run` builds it)")
        # Listed once: no path that somebody makes up ever reaches the file system here.
        self._top_files = frozenset(f"/{file.name}" for file in dist.iterdir() if file.is_file())
        self._assets = StaticFiles(directory=dist, check_dir=False)
        self._page_headers = page_headers(signalling_endpoint, sign_in_authority)

    def holds(self, path: str) -> bool:
        """Whether `path` is the client's rather than the API's."""
        return self._is_page(path) or path.startswith(_FOLDERS) or path in self._top_files

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["method"] not in ("GET", "HEAD"):
            response: Response = PlainTextResponse("only GET and HEAD", 405, headers={"Allow": "GET, HEAD"})
        elif self._is_page(scope["path"]):
            response = FileResponse(self._index, headers=self._page_headers)
        else:
            response = await self._file(scope)
        await response(scope, receive, send)

    def instead_of_not_found(self, scope: Scope, receive: Receive, send: Send) -> Send:
        """A `send` for the API's answer, for which somebody with a browser gets the client's page if it is that there
        is nothing at the path; the page says so for people."""
        if scope["method"] != "GET" or "text/html" not in Headers(scope=scope).get("accept", ""):
            return send
        page = FileResponse(self._index, HTTPStatus.NOT_FOUND, headers=self._page_headers)
        answered = False

        async def send_page_or_answer(message: Message) -> None:
            nonlocal answered
            if message["type"] == "http.response.start" and _is_not_found(message):
                answered = True
                await page(scope, receive, send)
            elif not answered:
                await send(message)

        return send_page_or_answer

    async def _file(self, scope: Scope) -> Response:
        path = self._assets.get_path({**scope, "root_path": ""})
        try:
            response = await self._assets.get_response(path, scope)
        except HTTPException as error:
            response = PlainTextResponse(error.detail, error.status_code)
        is_hashed = scope["path"].startswith("/assets/") and response.status_code in (200, 304)
        response.headers["Cache-Control"] = _FOREVER if is_hashed else _ASK_FIRST
        response.headers["X-Content-Type-Options"] = "nosniff"
        return response

    def _is_page(self, path: str) -> bool:
        return path in ("/", SIGNED_IN_PATH) or path.startswith("/m/")


def _is_not_found(start: Message) -> bool:
    """Whether the API knows no such path; what it knows but does not have, such as a meeting, has another code."""
    code = Headers(raw=start["headers"]).get("x-ms-error-code")
    return start["status"] == HTTPStatus.NOT_FOUND and code == "NotFound"


def page_headers(signalling_endpoint: str, sign_in_authority: str | None = None) -> Mapping[str, str]:
    """The headers of a page, which may talk only to its own origin, to the Web PubSub endpoint (an http URL) and to
    where people sign in."""
    endpoint = urlsplit(signalling_endpoint)
    socket = f"{'wss' if endpoint.scheme == 'https' else 'ws'}://{endpoint.netloc}"
    issuer = urlsplit(sign_in_authority or "")
    places = ["'self'", socket, *([f"{issuer.scheme}://{issuer.netloc}"] if sign_in_authority else [])]
    policy = {
        "default-src": "'self'",
        "connect-src": " ".join(places),
        "img-src": "'self' data: blob:",
        "media-src": "'self' blob:",
        "font-src": "'self' data:",
        # Fluent UI writes its styles into the page while it runs.
        "style-src": "'self' 'unsafe-inline'",
        "worker-src": "'self' blob:",
        "object-src": "'none'",
        "base-uri": "'none'",
        "form-action": "'self'",
        "frame-ancestors": "'none'",
    }
    return {
        "Content-Security-Policy": "; ".join(f"{name} {sources}" for name, sources in policy.items()),
        "Permissions-Policy": "camera=(self), microphone=(self), display-capture=(self)",
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": _ASK_FIRST,
    }
