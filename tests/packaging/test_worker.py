"""Microsoft's own worker finds every function in the package and runs it."""

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from tests.contract.function_app.support import FakeNode, Platform, running_platform

WORKER = Path(__file__).with_name("worker.py")
LONG_AGO = "2020-01-01T00:00:00.000000Z"


async def drive(root: Path, invocations: list[dict[str, Any]], settings: dict[str, str]) -> dict[str, Any]:
    """What the worker says, started like the host starts it: its own process, nothing but the package to import."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        WORKER,
        env={"PATH": os.environ["PATH"], **settings},
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    request = json.dumps({"root": str(root), "invocations": invocations})
    output, errors = await process.communicate(request.encode())
    assert process.returncode == 0, errors.decode()
    answer: dict[str, Any] = json.loads(output)
    return answer


@pytest.fixture
async def platform(tmp_path: Path) -> AsyncIterator[Platform]:
    async with running_platform(tmp_path) as running:
        yield running


@pytest.fixture
async def session(platform: Platform) -> AsyncIterator[dict[str, Any]]:
    """Ann, joining the demo meeting."""
    async with aiohttp.ClientSession() as sockets:
        node = FakeNode(platform, sockets)
        await node.start()
        yield await platform.join("ann")
        assert node.socket
        await node.socket.close()


def settings_of(platform: Platform) -> dict[str, str]:
    settings = platform.settings
    assert settings.cosmos_key
    assert settings.webpubsub_key
    return {
        "PARLEY_ENVIRONMENT": "local",
        "PARLEY_PUBLIC_URL": settings.public_url,
        "PARLEY_COSMOS_ENDPOINT": settings.cosmos_endpoint,
        "PARLEY_COSMOS_KEY": settings.cosmos_key.get_secret_value(),
        "PARLEY_WEBPUBSUB_ENDPOINT": settings.webpubsub_endpoint,
        "PARLEY_WEBPUBSUB_KEY": settings.webpubsub_key.get_secret_value(),
        "PARLEY_SIGNING_KEY_FILE": str(settings.signing_key_file),
        "PARLEY_API_KEY_PEPPER": settings.api_key_pepper.get_secret_value(),
    }


async def test_every_function_is_indexed_without_any_setting(unpacked: Path) -> None:
    functions = (await drive(unpacked, [], {}))["functions"]
    timers = {
        "sweep": "*/30 * * * * *",
        "operations": "*/10 * * * * *",
        "retention": "0 */10 * * * *",
        "webhook_retries": "*/5 * * * * *",
        "due_notifications": "*/5 * * * * *",
    }
    feed_names = ("meeting_changes", "webhook_events", "notification_events")
    assert set(functions) == {"http_app_func", *feed_names, *timers}
    for name, schedule in timers.items():
        [timer] = functions[name]
        assert (timer["type"], timer["schedule"]) == ("timerTrigger", schedule)
    feeds = [functions[name][0] for name in feed_names]
    for feed in feeds:
        assert feed["type"] == "cosmosDBTrigger"
        assert (feed["connection"], feed["containerName"]) == ("PARLEY_COSMOS", "meetings")
    leases = [(feed["leaseContainerName"], feed.get("leaseContainerPrefix")) for feed in feeds]
    assert leases == [("leases", None), ("leases", "webhooks"), ("leases", "notifications")]
    http = next(binding for binding in functions["http_app_func"] if binding["type"] == "httpTrigger")
    assert http["authLevel"] == "ANONYMOUS"
    assert http["route"] == "/{*route}"


async def test_garbage_is_not_looked_for_in_what_was_imported(unpacked: Path) -> None:
    """Every few seconds of a busy hour it would hold up all requests for a tenth of one."""
    assert (await drive(unpacked, [], {}))["frozen"] > 50_000


def test_the_routes_have_no_prefix(unpacked: Path) -> None:
    host = json.loads((unpacked / "host.json").read_text())
    assert host["extensions"]["http"]["routePrefix"] == ""


async def test_the_http_app_answers_and_reaches_its_services(unpacked: Path, platform: Platform) -> None:
    headers = {"content-type": "application/json", "authorization": f"Bearer {platform.api_key}"}
    put = {
        "method": "PUT",
        "url": "https://meet.example/meetings/weekly",
        "headers": headers,
        "body": '{"title":"Weekly"}',
    }
    requests = [{"method": "GET", "url": "https://meet.example/healthz"}, put, {**put, "body": "{"}]
    invocations = [{"function": "http_app_func", "http": request} for request in requests]
    health, meeting, refused = (await drive(unpacked, invocations, settings_of(platform)))["results"]
    assert (health["status"], json.loads(health["body"])) == (200, {"status": "ok"})
    assert meeting["status"] == 201
    assert json.loads(meeting["body"])["title"] == "Weekly"
    assert refused["status"] == 400
    assert json.loads(refused["body"])["error"]["code"] == "InvalidRequest"
    assert (await platform.call("GET", "/meetings/weekly")).status_code == 200


async def test_the_change_feed_and_the_timer_reach_the_webhooks(unpacked: Path, platform: Platform) -> None:
    # A disabled one, so that nobody outside is called.
    content = {"url": "https://example.com/events", "enabled": False}
    await platform.call("PUT", "/webhooks/crm", json=content)
    await platform.put_meeting("weekly")
    invocations: list[dict[str, Any]] = [
        {"function": "webhook_events", "documents": await platform.documents("event", "weekly")},
        {"function": "webhook_retries", "timer": {"IsPastDue": False, "Schedule": {}, "ScheduleStatus": {}}},
    ]
    results = (await drive(unpacked, invocations, settings_of(platform)))["results"]
    assert [result["ok"] for result in results] == [True, True]
    cursors = platform.store.container("webhooks").query_every_partition("SELECT * FROM c WHERE c.type = 'cursor'")
    assert [(cursor["meetingId"], cursor["latest"]) for cursor in await cursors] == [("weekly", 1)]


async def test_the_timer_sweeps(unpacked: Path, platform: Platform, session: dict[str, Any]) -> None:
    container = platform.store.container("meetings")
    long_ago = [{"op": "set", "path": "/presenceSince", "value": LONG_AGO}]
    await container.patch((platform.tenant, "demo"), session["participant"]["id"], long_ago)
    timer = {"IsPastDue": False, "Schedule": {}, "ScheduleStatus": {}}
    [result] = (await drive(unpacked, [{"function": "sweep", "timer": timer}], settings_of(platform)))["results"]
    assert result["ok"], result["error"]
    assert await platform.presence() == {"ann": "left"}


@pytest.mark.usefixtures("session")
async def test_the_change_feed_ends_the_session_of_a_deleted_meeting(unpacked: Path, platform: Platform) -> None:
    await platform.call("DELETE", "/meetings/demo")
    documents = await platform.documents("event")
    invocation = {"function": "meeting_changes", "documents": documents}
    [result] = (await drive(unpacked, [invocation], settings_of(platform)))["results"]
    assert result["ok"], result["error"]
    assert await platform.documents("activeSession") == []
