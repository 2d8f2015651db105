"""The timer: every 30 seconds, the sweep."""

from __future__ import annotations

import azure.functions as func

from function_app.process import process

blueprint = func.Blueprint()  # type: ignore[no-untyped-call]  # azure-functions types no constructor


@blueprint.function_name("sweep")
@blueprint.timer_trigger(arg_name="timer", schedule="*/30 * * * * *", run_on_startup=False)
async def sweep(timer: func.TimerRequest) -> None:
    await process.services().sweep.run()
