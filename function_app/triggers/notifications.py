"""What sets notifications going: the change feed, which brings each change, and a timer for what is due later."""

from __future__ import annotations

import azure.functions as func

from function_app.process import process
from function_app.triggers.meetings_feed import events_of, on_meeting_changes

blueprint = func.Blueprint()  # type: ignore[no-untyped-call]  # azure-functions types no constructor


@on_meeting_changes(blueprint, "notification_events", lease_prefix="notifications")
async def notification_events(documents: func.DocumentList) -> None:
    """Writes down what is to be said; sending is not waited for. When that fails, the batch comes again."""
    await process.services().notifier.take(events_of(documents))


@blueprint.function_name("due_notifications")
@blueprint.timer_trigger(arg_name="timer", schedule="*/5 * * * * *", run_on_startup=False)
async def due_notifications(timer: func.TimerRequest) -> None:
    await process.services().notifier.run_due()
