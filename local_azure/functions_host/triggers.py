"""What the FunctionApp object registers, read from the object itself, so that there is no second list to keep."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

import azure.functions as func
from azure.functions.decorators.core import Trigger
from azure.functions.decorators.cosmosdb import CosmosDBTrigger
from azure.functions.decorators.function_app import Function
from azure.functions.decorators.timer import TimerTrigger

from local_azure.functions_host.schedule import Schedule
from local_azure.functions_host.settings import HostConfigurationError, required, resolve

_DEFAULT_POLL_SECONDS = 0.3
_DEFAULT_LEASE_CONTAINER = "leases"
_DEFAULT_BATCH = 100
_BACKOFF = "exponential_backoff"
_FOR_EVER = "-1"


@dataclass(frozen=True)
class Handler:
    """A registered function and the name of the parameter that takes what its trigger delivers."""

    name: str
    parameter: str
    call: Callable[..., Awaitable[object]]

    async def __call__(self, value: object) -> None:
        await self.call(**{self.parameter: value})


@dataclass(frozen=True)
class TimerFunction:
    handler: Handler
    schedule: Schedule
    run_on_startup: bool


@dataclass(frozen=True)
class ContainerAddress:
    """A Cosmos DB container, by the connection string that reaches it."""

    connection: str
    database: str
    container: str


@dataclass(frozen=True)
class RetryPauses:
    """The pauses, in seconds, between the calls of a function that fails; each is twice the one before."""

    first: float
    longest: float


@dataclass(frozen=True)
class ChangeFeedFunction:
    handler: Handler
    source: ContainerAddress
    leases: ContainerAddress
    lease_id: str
    """The id of the document in `leases` that says how far this function has read."""
    from_beginning: bool
    """Where a function without a lease begins: at the first change there is, or at the next."""
    batch: int
    """The most documents of one call."""
    poll_seconds: float
    retry: RetryPauses


@dataclass(frozen=True)
class Triggers:
    """Everything that the host has to fire by itself."""

    timers: tuple[TimerFunction, ...] = ()
    change_feeds: tuple[ChangeFeedFunction, ...] = ()


def asgi_application(app: func.AsgiFunctionApp) -> Any:
    """The ASGI application inside the FunctionApp."""
    # The private attribute is the only place that keeps it.
    return app.middleware._app


def discover(app: func.FunctionRegister, settings: Mapping[str, str]) -> Triggers:
    """Every timer and change-feed function of `app`; call it once, as the app refuses to be listed twice.

    Raises `HostConfigurationError` for a trigger or a binding that this host cannot serve.
    """
    timers: list[TimerFunction] = []
    change_feeds: list[ChangeFeedFunction] = []
    for function in app.get_functions():
        match function.get_trigger():
            case TimerTrigger() as trigger:
                timers.append(_timer(_handler(function, trigger), trigger, settings))
            case CosmosDBTrigger() as trigger:
                change_feeds.append(_change_feed(_handler(function, trigger), trigger, settings, _retry(function)))
            case trigger:
                _require_asgi(function, trigger)
    return Triggers(tuple(timers), tuple(change_feeds))


def _require_asgi(function: Function, trigger: Trigger | None) -> None:
    if function.http_type != "asgi":
        kind = trigger.type if trigger else "no trigger"
        raise HostConfigurationError(
            f"the function {function.get_function_name()} has {kind}, which the laptop's host cannot fire"
        )


def _handler(function: Function, trigger: Trigger) -> Handler:
    name, user_function = str(function.get_function_name()), function.get_user_function()
    if set(inspect.signature(user_function).parameters) != {trigger.name}:
        raise HostConfigurationError(
            f"the function {name} must take one parameter, {trigger.name}: the laptop's host knows no other bindings"
        )
    if not inspect.iscoroutinefunction(user_function):
        raise HostConfigurationError(f"the function {name} must be declared with async def")
    return Handler(name, trigger.name, user_function)


def _timer(handler: Handler, trigger: TimerTrigger, settings: Mapping[str, str]) -> TimerFunction:
    return TimerFunction(handler, Schedule(resolve(trigger.schedule, settings)), bool(trigger.run_on_startup))


def _retry(function: Function) -> RetryPauses:
    """The function's own policy, which must be to try for ever: under any other Azure would at last lose changes.

    Source: learn.microsoft.com, "Azure Functions error handling and retries", retry policies.
    """
    policy = function.get_settings_dict("retry_policy") or {}
    if (policy.get("strategy"), policy.get("max_retry_count")) != (_BACKOFF, _FOR_EVER):
        raise HostConfigurationError(
            f"the function {function.get_function_name()} must declare the retry policy {_BACKOFF} without end "
            f"({_FOR_EVER}): without it Azure loses the changes of a call that failed"
        )
    return RetryPauses(_seconds(policy["minimum_interval"]), _seconds(policy["maximum_interval"]))


def _seconds(interval: str) -> float:
    """The length of `hours:minutes:seconds`."""
    hours, minutes, seconds = interval.split(":")
    return int(hours) * 3600 + int(minutes) * 60 + float(seconds)


def _change_feed(
    handler: Handler, trigger: CosmosDBTrigger, settings: Mapping[str, str], retry: RetryPauses
) -> ChangeFeedFunction:
    source = ContainerAddress(
        required(trigger.connection, settings),
        resolve(trigger.database_name, settings),
        resolve(trigger.container_name, settings),
    )
    leases = ContainerAddress(
        required(trigger.lease_connection or trigger.connection, settings),
        resolve(trigger.lease_database_name or trigger.database_name, settings),
        resolve(trigger.lease_container_name or _DEFAULT_LEASE_CONTAINER, settings),
    )
    prefix = resolve(trigger.lease_container_prefix or "", settings)
    return ChangeFeedFunction(
        handler,
        source,
        leases,
        lease_id=f"{prefix}{source.database}.{source.container}.{handler.name}",
        from_beginning=bool(trigger.start_from_beginning),
        batch=trigger.max_items_per_invocation or _DEFAULT_BATCH,
        poll_seconds=trigger.feed_poll_delay / 1000 if trigger.feed_poll_delay else _DEFAULT_POLL_SECONDS,
        retry=retry,
    )
