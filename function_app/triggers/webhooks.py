"""What sets webhooks going: the change feed, which brings each new event, and a timer for what is due later."""

from __future__ import annotations

import azure.functions as func

from function_app.process import process
from function_app.triggers.meetings_feed import events_of, on_meeting_changes

blueprint = func.Blueprint()  # type: ignore[no-untyped-call]  # azure-functions types no constructor


@on_meeting_changes(blueprint, "webhook_events", lease_prefix="webhooks")
async def webhook_events(documents: func.DocumentList) -> None:
    """Writes down what is to be delivered; receivers are not waited for. When that fails, the batch comes again."""
    await process.services().dispatch.take(events_of(documents))


@blueprint.function_name("webhook_retries")
@blueprint.timer_trigger(arg_name="timer", schedule="*/5 * * * * *", run_on_startup=False)
async def webhook_retries(timer: func.TimerRequest) -> None:
    await process.services().dispatch.run_due()
