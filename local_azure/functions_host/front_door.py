"""The laptop's one origin: the client's files, and everything else to the API; triggers run as long as it does."""

from __future__ import annotations

from typing import Protocol
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_NAMES_OF_THIS_MACHINE = frozenset({"localhost", "127.0.0.1", "::1"})


class Pages(Protocol):
    """The part of the origin that is not the API."""

    def holds(self, path: str) -> bool: ...

    def instead_of_not_found(self, scope: Scope, receive: Receive, send: Send) -> Send:
        """A `send` for the API's answer, which may put a page in place of "not found"."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None: ...


class Background(Protocol):
    """What runs from the API's start to its end."""

    def start(self) -> None: ...

    async def stop(self) -> None: ...


class FrontDoor:
    """The ASGI application that the laptop's host serves."""

    def __init__(self, api: ASGIApp, pages: Pages, background: Background) -> None:
        self._api = api
        self._pages = pages
        self._background = background

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._live(scope, receive, send)
        elif not is_this_machine(Headers(scope=scope).get("host", "")):
            await _misdirected(scope, receive, send)
        elif self._pages.holds(scope["path"]):
            await self._pages(scope, receive, send)
        else:
            await self._api(scope, receive, self._pages.instead_of_not_found(scope, receive, send))

    async def _live(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_then_start(message: Message) -> None:
            if message["type"] == "lifespan.startup.complete":
                self._background.start()
            await send(message)

        async def receive_then_stop() -> Message:
            message = await receive()
            if message["type"] == "lifespan.shutdown":
                await self._background.stop()
            return message

        await self._api(scope, receive_then_stop, send_then_start)


def is_this_machine(host: str) -> bool:
    """Whether a Host header names the loopback.

    A page of a stranger can point its own name at 127.0.0.1 (DNS rebinding), and would then be of our origin.
    """
    try:
        return urlsplit(f"//{host}").hostname in _NAMES_OF_THIS_MACHINE
    except ValueError:
        return False


async def _misdirected(scope: Scope, receive: Receive, send: Send) -> None:
    message = "This host answers only to localhost and 127.0.0.1."
    error = {"code": "MisdirectedRequest", "message": message, "target": "Host", "details": []}
    response = JSONResponse({"error": error}, 421, headers={"x-ms-error-code": "MisdirectedRequest"})
    await response(scope, receive, send)
