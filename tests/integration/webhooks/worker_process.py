"""A Functions host that a test may kill at any moment, and start again at once.

    python -m tests.integration.webhooks.worker_process

It does the slow part, importing, once. Then each line `start SECONDS WRITES` on its input forks a worker whose clock is
that far ahead and who changes meetings itself if WRITES is 1, and answers with the worker's process id; `reap` waits
for the end of the last one. Settings are in the environment, as in Azure.
"""

from __future__ import annotations

import asyncio
import itertools
import os
import sys
from datetime import datetime, timedelta

import azure.functions as func

from function_app.api.conditional import RequestConditions
from function_app.config import Settings
from function_app.meetings.content import MeetingContent
from function_app.stores.documents import MeetingKey
from function_app.timestamps import utc_now
from function_app.triggers import webhooks as trigger
from function_app.wiring import Process
from local_azure.functions_host.trigger_host import TriggerHost
from local_azure.functions_host.triggers import discover

MEETINGS = ("red", "green", "blue")
TICK_SECONDS = 0.1
"""The timer fires more often than in Azure, so that a short life has its share of it."""


async def work(ahead: timedelta, tenant: str, *, writes: bool) -> None:
    """What the Functions host does with this app, until somebody kills the process."""

    def clock() -> datetime:
        return utc_now() + ahead

    process = Process(Settings, clock)
    setattr(trigger, "process", process)  # noqa: B010 the trigger's services are this worker's
    app = func.FunctionApp()
    app.register_functions(trigger.blueprint)
    TriggerHost(discover(app, os.environ)).start()
    if writes:
        await asyncio.gather(_tick(process), _change(process, tenant))
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


def main() -> None:
    worker = 0
    for line in sys.stdin:
        command, *arguments = line.split()
        if command == "reap":
            os.waitpid(worker, 0)
            answer = "reaped"
        else:
            worker = os.fork()
            if not worker:
                ahead, writes = arguments
                asyncio.run(work(timedelta(seconds=int(ahead)), os.environ["TENANT"], writes=writes == "1"))
            answer = str(worker)
        sys.stdout.write(f"{answer}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
