"""The laptop's own receiver of webhooks."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import pytest
from starlette.types import Receive, Scope, Send

from local_azure.functions_host.webhook_inbox import INBOX_PATH, WebhookInbox

EVENT = {"time": "now", "subject": "weekly", "sequence": 7, "type": "meeting.updated", "data": {"title": "<b>New</b>"}}


async def api(scope: Scope, receive: Receive, send: Send) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"the API"})


@pytest.fixture
async def browser() -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(WebhookInbox(api))
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost:8080") as client:
        yield client


async def test_what_was_posted_is_on_the_page_and_cannot_be_markup(browser: httpx.AsyncClient) -> None:
    assert "Nothing yet" in (await browser.get(INBOX_PATH)).text
    answer = await browser.post(INBOX_PATH, json=EVENT, headers={"webhook-id": "evt_<i>"})
    assert answer.status_code == 204
    page = await browser.get(INBOX_PATH)
    assert "weekly" in page.text
    assert "evt_&lt;i&gt;" in page.text
    assert "&lt;b&gt;New" in page.text
    assert "<b>" not in page.text
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]


async def test_only_the_newest_are_kept(browser: httpx.AsyncClient) -> None:
    for number in range(250):
        await browser.post(INBOX_PATH, json={**EVENT, "subject": f"meeting-{number}-"})
    page = (await browser.get(INBOX_PATH)).text
    assert page.count("meeting-") == 200
    assert page.index("meeting-249-") < page.index("meeting-50-")


@pytest.mark.parametrize(
    ("body", "status"), [(b"", 400), (b"{", 400), (b"[]", 400), (b"[" * 100_000, 400), (b"x" * 300_000, 413)]
)
async def test_what_is_no_event_is_refused(browser: httpx.AsyncClient, body: bytes, status: int) -> None:
    assert (await browser.post(INBOX_PATH, content=body)).status_code == status
    assert "Nothing yet" in (await browser.get(INBOX_PATH)).text


async def test_everything_else_is_the_apis(browser: httpx.AsyncClient) -> None:
    assert (await browser.get("/meetings")).text == "the API"
    assert (await browser.put(INBOX_PATH)).status_code == 405
