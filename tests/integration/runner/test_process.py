"""What a program writes reaches the log, whatever it writes."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from local_azure.runner.process import Process, describe_end


async def lines_of(program: str) -> tuple[int, list[str]]:
    """Exit code and logged lines of a Python program."""
    lines: list[str] = []
    process = await Process.launch((sys.executable, "-c", program), os.environ, Path.cwd(), lines.append)
    return await process.wait(), lines


async def test_lines_of_both_streams_come_in_the_order_written() -> None:
    program = "import os; os.write(1, b'one\\ntwo\\n'); os.write(2, b'three\\n'); os.write(1, b'four')"
    assert await lines_of(program) == (0, ["one", "two", "three", "four"])


async def test_a_line_without_end_is_cut_rather_than_kept() -> None:
    code, lines = await lines_of("print('x' * 1_000_000)")
    assert code == 0
    assert max(map(len, lines)) <= 16_384
    assert len(lines) > 1


async def test_bytes_that_are_no_text_are_replaced() -> None:
    assert await lines_of("import os; os.write(1, b'caf\\xff\\n')") == (0, ["caf\ufffd"])


async def test_only_the_last_lines_are_kept_for_a_report() -> None:
    process = await Process.launch(
        (sys.executable, "-c", "for number in range(100): print(number)"), os.environ, Path.cwd(), lambda _line: None
    )
    await process.wait()
    assert list(process.last_lines) == [str(number) for number in range(80, 100)]


async def test_it_reads_nothing_from_the_terminal() -> None:
    assert await lines_of("import sys; print(repr(sys.stdin.read()))") == (0, ["''"])


async def test_the_exit_code_is_its_own() -> None:
    code, _ = await lines_of("raise SystemExit(7)")
    assert code == 7


async def test_a_program_that_does_not_exist_is_an_error_of_the_system() -> None:
    with pytest.raises(FileNotFoundError):
        await Process.launch(("/no/such/program",), os.environ, Path.cwd(), lambda _line: None)


@pytest.mark.parametrize(
    ("code", "words"),
    [(0, "ended with exit code 0"), (1, "ended with exit code 1"), (-9, "was killed by SIGKILL"), (-77, "signal 77")],
)
def test_an_end_is_described_in_words(code: int, words: str) -> None:
    assert words in describe_end(code)
