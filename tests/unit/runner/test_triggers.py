"""Triggers are read from the FunctionApp object."""

from __future__ import annotations

from unittest.mock import Mock

import azure.functions as func
import pytest

from local_azure.functions_host.settings import HostConfigurationError
from local_azure.functions_host.triggers import ContainerAddress, RetryPauses, asgi_application, discover

CONNECTION = "AccountEndpoint=http://127.0.0.1:1;AccountKey=a2V5;"


async def application(scope: object, receive: object, send: object) -> None:
    raise NotImplementedError


@pytest.fixture
def app() -> func.AsgiFunctionApp:
    return func.AsgiFunctionApp(app=application, http_auth_level=func.AuthLevel.ANONYMOUS)


def test_the_asgi_application_is_the_one_given_to_the_function_app(app: func.AsgiFunctionApp) -> None:
    assert asgi_application(app) is application


def test_an_app_with_http_only_has_nothing_to_fire(app: func.AsgiFunctionApp) -> None:
    found = discover(app, {})
    assert (found.timers, found.change_feeds) == ((), ())


async def test_a_timer_is_found_with_its_schedule_from_a_setting(app: func.AsgiFunctionApp) -> None:
    calls: list[func.TimerRequest] = []

    @app.timer_trigger(arg_name="timer", schedule="%SWEEP%", run_on_startup=True)
    async def sweep(timer: func.TimerRequest) -> None:
        calls.append(timer)

    (timer,) = discover(app, {"SWEEP": "*/30 * * * * *"}).timers
    assert (timer.handler.name, timer.run_on_startup) == ("sweep", True)
    request = Mock(spec=func.TimerRequest)
    await timer.handler(request)
    assert calls == [request]


def test_a_change_feed_is_found_with_its_containers(app: func.AsgiFunctionApp) -> None:
    @app.retry("exponential_backoff", "-1", minimum_interval="00:00:02", maximum_interval="00:01:30")
    @app.cosmos_db_trigger(
        arg_name="documents",
        connection="PARLEY_COSMOS",
        database_name="%DATABASE%",
        container_name="meetings",
        lease_container_name="leases",
        lease_container_prefix="blue-",
        start_from_beginning=True,  # type: ignore[arg-type] # a flag; its annotation is a mistake
        max_items_per_invocation=7,
        feed_poll_delay=250,
    )
    async def meetings_changed(documents: func.DocumentList) -> None:
        raise NotImplementedError

    (found,) = discover(app, {"PARLEY_COSMOS": CONNECTION, "DATABASE": "parley"}).change_feeds
    assert found.source == ContainerAddress(CONNECTION, "parley", "meetings")
    assert found.leases == ContainerAddress(CONNECTION, "parley", "leases")
    assert found.lease_id == "blue-parley.meetings.meetings_changed"
    assert (found.from_beginning, found.batch, found.poll_seconds) == (True, 7, 0.25)
    assert found.retry == RetryPauses(2, 90)


@pytest.mark.parametrize("policy", [None, ("exponential_backoff", "5"), ("fixed_delay", "-1")])
def test_a_change_feed_that_does_not_try_for_ever_is_refused(
    app: func.AsgiFunctionApp, policy: tuple[str, str] | None
) -> None:
    async def changed(documents: func.DocumentList) -> None:
        raise NotImplementedError

    trigger = app.cosmos_db_trigger(arg_name="documents", connection="C", database_name="d", container_name="c")
    function = trigger(changed)
    if policy:
        app.retry(*policy, delay_interval="00:00:01", minimum_interval="00:00:01", maximum_interval="00:00:02")(
            function
        )
    with pytest.raises(HostConfigurationError, match="changed must declare the retry policy"):
        discover(app, {"C": CONNECTION})


def test_a_connection_that_is_not_set_is_named(app: func.AsgiFunctionApp) -> None:
    @app.retry("exponential_backoff", "-1", minimum_interval="00:00:01", maximum_interval="00:00:30")
    @app.cosmos_db_trigger(arg_name="documents", connection="ABSENT", database_name="d", container_name="c")
    async def changed(documents: func.DocumentList) -> None:
        raise NotImplementedError

    with pytest.raises(HostConfigurationError, match="ABSENT"):
        discover(app, {})


def test_a_trigger_that_the_host_cannot_fire_is_named(app: func.AsgiFunctionApp) -> None:
    @app.queue_trigger(arg_name="message", queue_name="q", connection="c")
    async def dequeue(message: func.QueueMessage) -> None:
        raise NotImplementedError

    with pytest.raises(HostConfigurationError, match="dequeue has queueTrigger"):
        discover(app, {})


def test_a_route_beside_the_asgi_application_is_refused(app: func.AsgiFunctionApp) -> None:
    @app.route("aside")
    async def aside(req: func.HttpRequest) -> str:
        raise NotImplementedError

    with pytest.raises(HostConfigurationError, match="aside has httpTrigger"):
        discover(app, {})


def test_a_function_with_another_binding_is_refused(app: func.AsgiFunctionApp) -> None:
    @app.timer_trigger(arg_name="timer", schedule="0 * * * * *")
    @app.queue_output(arg_name="out", queue_name="q", connection="c")
    async def sweep(timer: func.TimerRequest, out: func.Out[str]) -> None:
        raise NotImplementedError

    with pytest.raises(HostConfigurationError, match="sweep must take one parameter, timer"):
        discover(app, {})


def test_a_blocking_function_is_refused(app: func.AsgiFunctionApp) -> None:
    @app.timer_trigger(arg_name="timer", schedule="0 * * * * *")
    def sweep(timer: func.TimerRequest) -> None:
        raise NotImplementedError

    with pytest.raises(HostConfigurationError, match="sweep must be declared with async def"):
        discover(app, {})
