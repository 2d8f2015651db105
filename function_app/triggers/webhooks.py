"""What sets webhooks going: the change feed, which brings each new event, and a timer for what is due later."""

from __future__ import annotations

import azure.functions as func

from function_app.triggers.changed_events import events_of
from function_app.wiring import process

blueprint = func.Blueprint()  # type: ignore[no-untyped-call]  # azure-functions types no constructor


@blueprint.function_name("webhook_events")
# Without a policy Azure goes on to the next batch when a call has failed, and the changes of this one are lost.
@blueprint.retry(
    strategy="exponential_backoff",
    max_retry_count="-1",
    minimum_interval="00:00:01",
    maximum_interval="00:00:30",
)
@blueprint.cosmos_db_trigger(
    arg_name="documents",
    connection="PARLEY_COSMOS",
    database_name="%PARLEY_COSMOS_DATABASE%",
    container_name="meetings",
    lease_container_name="leases",
    # Leases of its own: it gets every change, and the other feed's failures do not hold it up.
    lease_container_prefix="webhooks",
    feed_poll_delay=500,
)
async def webhook_events(documents: func.DocumentList) -> None:
    """Writes down what is to be delivered; receivers are not waited for. When that fails, the batch comes again."""
    await process.services().dispatch.take(events_of(documents))


@blueprint.function_name("webhook_retries")
@blueprint.timer_trigger(arg_name="timer", schedule="*/5 * * * * *", run_on_startup=False)
async def webhook_retries(timer: func.TimerRequest) -> None:
    await process.services().dispatch.run_due()
