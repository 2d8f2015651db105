"""The page /docs shows the API on a machine without internet: all that it loads is of its own origin."""

from urllib.parse import urlsplit

import pytest
from playwright.async_api import Browser, ConsoleMessage, Request

from tests.support.platform import Platform

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(120)]


async def test_the_documentation_lists_the_operations_and_asks_nobody_else(
    browser: Browser, platform: Platform
) -> None:
    page = await browser.new_page()
    strangers: list[str] = []
    complaints: list[str] = []

    def note_request(request: Request) -> None:
        if urlsplit(request.url).scheme != "data" and not request.url.startswith(f"{platform.origin}/"):
            strangers.append(request.url)

    def note_console(message: ConsoleMessage) -> None:
        if message.type == "error":
            complaints.append(message.text)

    page.on("request", note_request)
    page.on("console", note_console)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    await page.goto(f"{platform.origin}/docs")
    await page.locator("#operations-sessions-joinSession").wait_for(timeout=30_000)
    assert await page.locator(".opblock").count() > 10
    await page.locator("#operations-meetings-putMeeting").click()
    await page.get_by_text("Creates the meeting, or replaces all that can be chosen about it.").wait_for()
    assert strangers == []
    assert complaints == []
