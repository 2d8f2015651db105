"""Stands between a service and whoever sends by it: holds its answers back, or answers in its place."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from aiohttp import web
from aiohttp.typedefs import Handler


class Interception:
    """Of POSTs; passes all on and leaves the answers alone until it is told otherwise."""

    def __init__(self, make_app: Callable[[], web.Application]) -> None:
        self._make_app = make_app
        self.taken = asyncio.Event()
        """Something has reached the service."""
        self.may_answer = asyncio.Event()
        self.may_answer.set()
        self.status: int | None = None
        """Answered in place of what the service says; None for what it says."""
        self.body: object = None
        self.keeps_all = False
        """Whether nothing reaches the service."""

    def app(self) -> web.Application:
        app = self._make_app()
        app.middlewares.append(self._intercept)
        return app

    @web.middleware
    async def _intercept(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        if request.method != "POST":
            return await handler(request)
        answer = None
        if not self.keeps_all:
            answer = await handler(request)
            self.taken.set()
            await self.may_answer.wait()
        if answer is None or self.status:
            return web.json_response(self.body, status=self.status or 503)
        return answer
