"""`parley cost` answers with tables and a picture, and says what is wrong with a question."""

import subprocess
import sys
from pathlib import Path

import pytest

from command_line.__main__ import parser
from costs.command import run
from costs.meeting import EXAMPLES
from costs.prices import read_prices, regions

ROOT = Path(__file__).resolve().parents[3]


def answer(*words: str) -> int:
    return run(parser().parse_args(["cost", *words]))


def test_every_example_stands_beside_acs_and_in_every_region(capsys: pytest.CaptureFixture[str]) -> None:
    assert answer() == 0
    lines = capsys.readouterr().out.splitlines()
    for meeting in EXAMPLES:
        assert len([line for line in lines if line.startswith(meeting.name + "  ")]) == 2
    (head,) = [line for line in lines if line.startswith("the same, by region")]
    assert head.split()[-len(regions()) :] == list(regions())


def test_a_meeting_of_ones_own_costs_its_hours(capsys: pytest.CaptureFixture[str]) -> None:
    totals = []
    for hours in ("1", "2"):
        assert answer("--people", "12", "--layout", "1x720+6x180", "--hours", hours, "--record") == 0
        (row, _) = [line for line in capsys.readouterr().out.splitlines() if line.startswith("12 people, 1x720")]
        totals.append(float(row.split()[-1]))
    assert totals[1] == pytest.approx(2 * totals[0], abs=0.01)


def test_the_answer_says_where_its_prices_are_from_and_which_are_assumed(capsys: pytest.CaptureFixture[str]) -> None:
    assert answer("--region", "southeastasia") == 0
    text = capsys.readouterr().out
    prices = read_prices("southeastasia")
    sourced, assumed = prices.prices["egressGb"].source, prices.prices["Standard_D8ds_v5"].source
    assert f"  {sourced.name} ({sourced.read_on}):\n    egressGb" in text
    assert f"  ASSUMED: {assumed.name} ({assumed.read_on}):" in text
    assert "grafanaHour" not in text


def test_an_environment_costs_what_stands_in_it(capsys: pytest.CaptureFixture[str]) -> None:
    assert answer("--environment", "prod") == 0
    lines = capsys.readouterr().out.splitlines()
    table = [line.split()[-2:] for line in lines[1 : lines.index("")]]
    *rows, whole = [tuple(map(float, row)) for row in table]
    for column in (0, 1):
        assert sum(row[column] for row in rows) == pytest.approx(whole[column], abs=0.1)


@pytest.mark.parametrize("ending", ["svg", "png"])
def test_the_picture_is_drawn(tmp_path: Path, ending: str) -> None:
    file = tmp_path / f"cost.{ending}"
    assert answer("--people", "4", "--picture", str(file)) == 0
    assert {"svg": b"<?xml", "png": b"\x89PNG"}[ending] == file.read_bytes()[: 5 if ending == "svg" else 4]


@pytest.mark.parametrize(
    ("question", "complaint"),
    [
        ("--people 1", "2 to 1000 people"),
        ("--people 4 --layout big", "no layout 'big'"),
        ("--record", "say how many --people"),
        ("--region mars", "no prices of the region mars; there are those of westeurope"),
        ("--environment moon", "no environment moon"),
        ("--used 2", "at most 1"),
        ("--picture cost.gif", "an .svg or a .png"),
        ("--picture nowhere/cost.svg", "cannot be written"),
    ],
)
def test_a_wrong_question_is_told_what_is_wrong(
    question: str, complaint: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert answer(*question.split()) == 2
    told = capsys.readouterr()
    assert told.err.startswith("parley cost: ")
    assert complaint in told.err
    assert told.out == ""


def test_the_command_line_loads_what_it_is_asked_for_and_nothing_else() -> None:
    code = "import sys, command_line.__main__; print(sorted(sys.modules))"
    loaded = subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    for heavy in ("'function_app'", "'local_azure'", "'matplotlib'"):
        assert heavy not in loaded


def test_a_reader_who_has_seen_enough_is_no_error() -> None:
    command = f"{sys.executable} -m command_line cost | head -n 1"
    done = subprocess.run(["sh", "-c", command], cwd=ROOT, check=True, capture_output=True, text=True)
    assert done.stdout
    assert done.stderr == ""
