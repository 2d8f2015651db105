"""The timer: every ten minutes, what has been deleted for long enough goes."""

from __future__ import annotations

import azure.functions as func

from function_app.process import process

blueprint = func.Blueprint()  # type: ignore[no-untyped-call]  # azure-functions types no constructor


@blueprint.function_name("retention")
@blueprint.timer_trigger(arg_name="timer", schedule="0 */10 * * * *", run_on_startup=False)
async def retention(timer: func.TimerRequest) -> None:
    await process.services().retention.run()
