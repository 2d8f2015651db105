"""This process's only set of services, shared by the HTTP API and the triggers.

It is built at the first use, so that importing the app needs no settings and indexing the functions opens nothing.
"""

from __future__ import annotations

from collections.abc import Callable

from function_app.config import Settings
from function_app.telemetry.traces import PlainTraces, Traces
from function_app.timestamps import Clock, utc_now
from function_app.wiring import Services, build


class Process:
    """Builds the services when they are first asked for, and again after they were closed."""

    def __init__(self, read_settings: Callable[[], Settings], clock: Clock = utc_now) -> None:
        self._read_settings = read_settings
        self._clock = clock
        self._services: Services | None = None
        self._plain_traces = PlainTraces()

    def services(self) -> Services:
        """Raises pydantic's ValidationError, or OSError or ValueError for the signing key, on wrong settings."""
        if self._services is None:
            self._services = build(self._read_settings(), self._clock)
        return self._services

    @property
    def traces(self) -> Traces:
        """Those of the services; before these are built, plain ones."""
        return self._services.traces if self._services else self._plain_traces

    async def close(self) -> None:
        services, self._services = self._services, None
        if services:
            await services.close()


process = Process(Settings)
