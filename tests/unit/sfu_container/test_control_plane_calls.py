"""How the control plane's answers are told apart."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from parley_protocol.ids import new_id
from parley_protocol.nodes import NodeEvents
from sfu_container import control_plane
from sfu_container.control_plane import (
    ControlPlane,
    ControlPlaneError,
    ControlPlaneTimeoutError,
    RequestRefusedError,
)

KEY = "service-key-for-tests-0123456789abcdef"
NOTHING = NodeEvents(events=())


@asynccontextmanager
async def calling(answer: web.Response | None) -> AsyncIterator[ControlPlane]:
    """A control plane that gives this answer, or none."""
    may_end = asyncio.Event()

    async def handle(_: web.Request) -> web.StreamResponse:
        if answer is None:
            await may_end.wait()
            return web.Response()
        return answer

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", handle)
    async with TestServer(app) as server, ControlPlane(str(server.make_url("")), KEY, new_id("nod")) as calls:
        yield calls
        may_end.set()


@pytest.mark.parametrize("status", [400, 413, 422])
async def test_an_answer_that_will_not_change_is_a_refusal(status: int) -> None:
    async with calling(web.Response(status=status, text="no such field")) as calls:
        with pytest.raises(RequestRefusedError, match=f"{status}: no such field"):
            await calls.post_events(NOTHING)


@pytest.mark.parametrize("status", [401, 404, 409, 429, 500, 503])
async def test_any_other_failure_may_pass(status: int) -> None:
    async with calling(web.Response(status=status)) as calls:
        with pytest.raises(ControlPlaneError) as failed:
            await calls.post_events(NOTHING)
        assert type(failed.value) is ControlPlaneError


async def test_no_answer_in_time_is_told_as_such(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(control_plane, "REQUEST_TIMEOUT_SECONDS", 0.05)
    async with calling(None) as calls:
        with pytest.raises(ControlPlaneTimeoutError):
            await calls.post_events(NOTHING)


async def test_a_control_plane_that_is_not_there_is_a_failure_that_may_pass() -> None:
    async with calling(web.Response()) as calls:
        pass
    async with calls:
        with pytest.raises(ControlPlaneError) as failed:
            await calls.post_events(NOTHING)
        assert type(failed.value) is ControlPlaneError
