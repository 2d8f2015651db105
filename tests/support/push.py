"""A push service on this machine for a browser that reaches none, and what is pushed there, brought to the browser.

Chromium without a window has no push service. So the page's PushManager is one of ours, whose subscription names a
service of ours; what the platform sends there is decrypted as the browser would, and given to the page's own service
worker over the DevTools protocol. All else is real: permission, service worker, encryption, notification.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer
from playwright.async_api import Page

from local_azure.mailbox.messages import Mailbox
from local_azure.mailbox.pushes import Pushes
from tests.support.waiting import eventually

_PUSH_MANAGER = """
    const subscription = { toJSON: () => (%s) };
    PushManager.prototype.subscribe = (options) => {
        sessionStorage.setItem('subscribedWith', options.applicationServerKey);
        return Promise.resolve(subscription);
    };
    PushManager.prototype.getSubscription = () =>
        Promise.resolve(sessionStorage.getItem('subscribedWith') === null ? null : subscription);
"""
_SHOWN = """async () => {
    const registration = await navigator.serviceWorker.ready;
    const shown = await registration.getNotifications();
    return shown.map(({ title, body, lang, data }) => ({ title, body, lang, url: data.url }));
}"""


@dataclass
class PushService:
    server: TestServer
    browser: Pushes = field(default_factory=lambda: Pushes(Mailbox()))
    arrived: asyncio.Queue[tuple[str, str]] = field(default_factory=asyncio.Queue)
    """Paths of subscriptions, and what was pushed to them."""

    @classmethod
    @asynccontextmanager
    async def running(cls) -> AsyncIterator[PushService]:
        app = web.Application()
        service = cls(TestServer(app))
        app.router.add_post("/{subscription}", service._take)
        async with service.server:
            yield service

    def subscription(self, path: str) -> dict[str, Any]:
        return self.browser.subscription(str(self.server.make_url("/")).rstrip("/"), path)

    def push_manager(self, path: str) -> str:
        """A script by which a page subscribes here."""
        return _PUSH_MANAGER % json.dumps(self.subscription(path))

    async def first(self, path: str, title: str, within: float = 60.0) -> str:
        """What is pushed to that subscription with that title, once it comes; what comes before it is let go."""
        async with asyncio.timeout(within):
            while True:
                subscription, payload = await self.arrived.get()
                if subscription == path and json.loads(payload)["title"] == title:
                    return payload

    async def _take(self, request: web.Request) -> web.Response:
        await self.arrived.put((request.path, self.browser.decrypted(await request.read()).decode()))
        return web.Response(status=201)


async def deliver(page: Page, payload: str) -> list[dict[str, str]]:
    """Has the page's service worker get that as a push; the notifications that are shown then, once there is one."""
    devtools = await page.context.new_cdp_session(page)
    registrations: asyncio.Future[list[dict[str, Any]]] = asyncio.get_running_loop().create_future()

    def found(event: dict[str, Any]) -> None:
        if event["registrations"] and not registrations.done():
            registrations.set_result(event["registrations"])

    devtools.on("ServiceWorker.workerRegistrationUpdated", found)
    await devtools.send("ServiceWorker.enable")
    [registration] = await asyncio.wait_for(registrations, 30)
    message = {"origin": registration["scopeURL"], "registrationId": registration["registrationId"], "data": payload}
    await devtools.send("ServiceWorker.deliverPushMessage", message)
    await devtools.detach()
    return list(await eventually(lambda: page.evaluate(_SHOWN), "a notification is shown"))
