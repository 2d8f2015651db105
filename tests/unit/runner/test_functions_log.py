"""The Functions host's log leaves out what would bury the rest."""

from __future__ import annotations

import logging

import pytest

from local_azure.functions_host.log import is_worth_reading

NODE = "nod_01JD0000000000000000000000"


def record(message: str, level: int = logging.INFO) -> logging.LogRecord:
    return logging.LogRecord("parley.api", level, __file__, 1, message, (), None)


@pytest.mark.parametrize("path", [f"/internal/nodes/{NODE}", "/healthz"])
def test_a_heartbeat_that_went_well_is_left_out(path: str) -> None:
    assert not is_worth_reading(record(f"request method=PUT path={path} status=200 ms=1.2 request=r"))


@pytest.mark.parametrize(
    "message",
    [
        f"request method=PUT path=/internal/nodes/{NODE} status=401 ms=1.2 request=r",
        f"request method=POST path=/internal/nodes/{NODE}/events status=204 ms=1.2 request=r",
        "request method=POST path=/sessions:join status=200 ms=1.2 request=r",
        "firing 2 triggers",
    ],
)
def test_everything_else_is_kept(message: str) -> None:
    assert is_worth_reading(record(message))


def test_a_warning_is_always_kept() -> None:
    assert is_worth_reading(record("request method=GET path=/healthz status=200 ms=1 ", logging.WARNING))
