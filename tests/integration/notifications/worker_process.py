"""What a Functions host does for notifications: `python -m tests.integration.notifications.worker_process`."""

from __future__ import annotations

import asyncio
import os
from datetime import datetime, timedelta

import azure.functions as func

from function_app.config import Settings
from function_app.process import Process
from function_app.timestamps import utc_now
from function_app.triggers import notifications as trigger
from local_azure.functions_host.trigger_host import TriggerHost
from local_azure.functions_host.triggers import discover
from tests.support.workers import serve_workers

TICK_SECONDS = 0.1
"""The timer fires more often than in Azure, so that a short life has its share of it."""


async def work(ahead: timedelta, _busy: bool) -> None:
    def clock() -> datetime:
        return utc_now() + ahead

    process = Process(Settings, clock)
    setattr(trigger, "process", process)  # noqa: B010 the trigger's services are this worker's
    app = func.FunctionApp()
    app.register_functions(trigger.blueprint)
    TriggerHost(discover(app, os.environ)).start()
    while True:
        await process.services().notifier.run_due()
        await asyncio.sleep(TICK_SECONDS)


if __name__ == "__main__":
    serve_workers(work)
