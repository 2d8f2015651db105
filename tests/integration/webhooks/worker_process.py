"""What a Functions host does for webhooks: `python -m tests.integration.webhooks.worker_process`."""

from __future__ import annotations

import asyncio
import itertools
import os
from datetime import datetime, timedelta

import azure.functions as func

from function_app.api.conditional import RequestConditions
from function_app.config import Settings
from function_app.meetings.content import MeetingContent
from function_app.process import Process
from function_app.stores.documents import MeetingKey
from function_app.timestamps import utc_now
from function_app.triggers import webhooks as trigger
from local_azure.functions_host.trigger_host import TriggerHost
from local_azure.functions_host.triggers import discover
from tests.support.workers import serve_workers

MEETINGS = ("red", "green", "blue")
TICK_SECONDS = 0.1
"""The timer fires more often than in Azure, so that a short life has its share of it."""


async def work(ahead: timedelta, busy: bool) -> None:
    """One that is busy changes meetings itself."""

    def clock() -> datetime:
        return utc_now() + ahead

    process = Process(Settings, clock)
    setattr(trigger, "process", process)  # noqa: B010 the trigger's services are this worker's
    app = func.FunctionApp()
    app.register_functions(trigger.blueprint)
    TriggerHost(discover(app, os.environ)).start()
    if busy:
        await asyncio.gather(_tick(process), _change(process, os.environ["TENANT"]))
    else:
        await _tick(process)


async def _tick(process: Process) -> None:
    while True:
        await process.services().dispatch.run_due()
        await asyncio.sleep(TICK_SECONDS)


async def _change(process: Process, tenant: str) -> None:
    """Changes one meeting after another; each change causes an event."""
    for number in itertools.count():
        key = MeetingKey(tenant, MEETINGS[number % len(MEETINGS)])
        content = MeetingContent(title=f"Title {os.getpid()} {number}")
        await process.services().meetings.put(key, content, RequestConditions())


if __name__ == "__main__":
    serve_workers(work)
