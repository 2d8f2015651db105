"""One readable log."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pytest

from local_azure.runner.log import RunLog


@pytest.fixture
def console() -> io.StringIO:
    return io.StringIO()


def test_every_line_begins_with_its_part_in_one_column(console: io.StringIO) -> None:
    log = RunLog(["functions", "sfu"], console, colour=False)
    log.line("functions", "listening")
    log.line("sfu", "registered")
    log.say("two\nlines")
    log.say("too late", "WARNING")
    stamp = r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3}"
    told = [re.sub(rf"\| {stamp} ", "| ", line) for line in console.getvalue().splitlines()]
    assert told == [
        "functions | - listening",
        "sfu       | - registered",
        "parley    | INFO two",
        "parley    | INFO lines",
        "parley    | WARNING too late",
    ]


def test_a_line_that_has_time_and_level_keeps_them(console: io.StringIO) -> None:
    log = RunLog(["sfu"], console, colour=False)
    log.line("sfu", "2026-11-23 04:56:01,002 INFO sfu_container.node join")
    assert console.getvalue() == "sfu    | 2026-11-23 04:56:01,002 INFO sfu_container.node join\n"


def test_a_terminal_gets_a_colour_for_each_part(console: io.StringIO) -> None:
    log = RunLog(["functions", "sfu"], console, colour=True)
    log.line("functions", "listening")
    log.line("sfu", "registered")
    first, second = re.findall(r"\x1b\[(\d+)m\w+ +\| \x1b\[0m\d+", console.getvalue())
    assert first != second


def test_what_would_control_the_terminal_is_not_passed_on(console: io.StringIO) -> None:
    log = RunLog(["sfu"], console, colour=False)
    log.line("sfu", "a\x1b]0;title\x07b\r\tc \u00e9\u4e2d")
    assert console.getvalue().endswith(" - a?]0;title?b?\tc \u00e9\u4e2d\n")


def test_the_file_has_the_time_and_no_colour(console: io.StringIO, tmp_path: Path) -> None:
    log = RunLog(["sfu"], console, colour=True, file=tmp_path / "run.log")
    log.line("sfu", "100 % ready")
    log.close()
    assert re.fullmatch(r"sfu    \| [\d-]+ [\d:,]+ - 100 % ready\n", (tmp_path / "run.log").read_text())


def test_a_closed_console_does_not_stop_the_log(console: io.StringIO, tmp_path: Path) -> None:
    log = RunLog(["sfu"], console, colour=False, file=tmp_path / "run.log")
    console.close()
    log.line("sfu", "still here")
    log.close()
    assert "still here" in (tmp_path / "run.log").read_text()
