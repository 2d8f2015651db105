"""The timer that goes on with long work: every 10 seconds."""

from __future__ import annotations

import azure.functions as func

from function_app.process import process

blueprint = func.Blueprint()  # type: ignore[no-untyped-call]  # azure-functions types no constructor


@blueprint.function_name("operations")
@blueprint.timer_trigger(arg_name="timer", schedule="*/10 * * * * *", run_on_startup=False)
async def operations(timer: func.TimerRequest) -> None:
    await process.services().operations.run_due()
