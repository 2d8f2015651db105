"""A tenant's own server: it takes webhook messages, keeps them, and answers as a test tells it to."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web


@dataclass
class Received:
    """One message that arrived."""

    headers: dict[str, str]
    body: bytes

    @property
    def event(self) -> dict[str, Any]:
        return dict(json.loads(self.body))

    @property
    def place(self) -> tuple[str, int]:
        """The event's meeting and sequence."""
        return self.event["subject"], self.event["sequence"]


Answer = Callable[[Received], Awaitable[web.Response]]


async def accept(_: Received) -> web.Response:
    return web.Response(status=204)


def status(code: int, **headers: str) -> Answer:
    """Answers with this status every time."""

    async def answer(_: Received) -> web.Response:
        return web.Response(status=code, headers=headers)

    return answer


async def hang(_: Received) -> web.Response:
    await asyncio.Event().wait()
    raise AssertionError("nobody sets the event")


@dataclass
class Receiver:
    origin: str = ""
    answer: Answer = accept
    received: list[Received] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"{self.origin}/events"

    def sequences(self, meeting: str = "weekly") -> list[int]:
        """The sequences of what arrived of a meeting, in the order of arrival."""
        return [sequence for subject, sequence in (one.place for one in self.received) if subject == meeting]

    async def take(self, request: web.Request) -> web.Response:
        received = Received({name.lower(): value for name, value in request.headers.items()}, await request.read())
        self.received.append(received)
        return await self.answer(received)


@asynccontextmanager
async def running_receiver() -> AsyncIterator[Receiver]:
    receiver = Receiver()
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", receiver.take)
    runner = web.AppRunner(app, shutdown_timeout=0.1, handler_cancellation=True)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        receiver.origin = f"http://127.0.0.1:{runner.addresses[0][1]}"
        yield receiver
    finally:
        await runner.cleanup()
