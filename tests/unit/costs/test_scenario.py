"""A month of meetings from a file costs what its meetings cost, and what stands; a wrong file is told what is wrong."""

import re
from pathlib import Path

import pytest

from command_line.__main__ import parser
from costs.command import run
from costs.errors import CostError
from costs.participant_minute import Load
from costs.prices import read_prices
from costs.scenario import read_scenario

EXAMPLE = Path(__file__).resolve().parents[3] / "docs/examples/company.toml"


def scenario(folder: Path, text: str) -> Path:
    file = folder / "month.toml"
    file.write_text(text)
    return file


def test_a_month_costs_its_meetings_and_what_stands(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(parser().parse_args(["cost", "--scenario", str(EXAMPLE)])) == 0
    lines = capsys.readouterr().out.splitlines()
    meetings = read_scenario(EXAMPLE).plans
    *rows, stands, whole = lines[2 : 2 + len(meetings) + 2]
    amounts = [[float(word.replace(",", "")) for word in row.split()[-2:]] for row in rows]
    ours = sum(row[0] for row in amounts) + float(stands.split()[-1].replace(",", ""))
    assert float(whole.split()[-2].replace(",", "")) == pytest.approx(ours, abs=0.05)
    assert float(whole.split()[-1].replace(",", "")) == pytest.approx(sum(row[1] for row in amounts), abs=0.05)


def test_from_as_many_minutes_on_as_it_says_parley_is_the_cheaper_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def at(a_month: int) -> list[str]:
        file = scenario(tmp_path, f"[[meetings]]\npeople = 10\nhours = 1\na_month = {a_month}")
        assert run(parser().parse_args(["cost", "--scenario", str(file)])) == 0
        return capsys.readouterr().out.splitlines()

    (verdict,) = [line for line in at(1) if line.startswith("With meetings like these")]
    (minutes,) = re.findall(r"([\d,]+) participant-minutes", verdict)
    enough = int(minutes.replace(",", "")) // 600 + 1
    for a_month, is_cheaper in ((enough - 1, False), (enough, True)):
        (whole,) = [line for line in at(a_month) if line.startswith("all  ")]
        ours, acs = (float(word.replace(",", "")) for word in whole.split()[-2:])
        assert (ours < acs) is is_cheaper


def test_meetings_that_are_held_twice_as_often_cost_twice_as_much(tmp_path: Path) -> None:
    once, twice = (
        read_scenario(scenario(tmp_path, f"[[meetings]]\npeople = 4\na_month = {often}")).plans[0] for often in (1, 2)
    )
    assert twice.cost(read_prices(), Load()) == pytest.approx(2 * once.cost(read_prices(), Load()))


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", r"has no \[\[meetings\]\]"),
        ("meetings = 3", "meetings is 3, and should be of type list"),
        ("meetings = [3]", "meeting 1 is 3, and should be a table"),
        ("[[meetings]]\npeople = 4\nhours = true", "should be of type float"),
        ("[[meetings]]\npeople = ", "month.toml"),
        ("[[meetings]]\npeople = '4'", "meeting 1: people is '4', and should be of type int"),
        ("[[meetings]]\npeople = true", "should be of type int"),
        ("[[meetings]]\npeople = 4\nlayout = 'big'", "no layout 'big'"),
        ("[[meetings]]\npeople = 4\n[[meetings]]\npersons = 4", "meeting 2 has persons, which is none of a_month"),
        ("[[meetings]]\npeople = 4\na_month = 0", "a_month is 1 or more"),
        ("[[meetings]]\npeople = 1", "2 to 1000 people"),
    ],
)
def test_a_wrong_file_is_told_what_is_wrong(tmp_path: Path, text: str, complaint: str) -> None:
    with pytest.raises(CostError, match=complaint):
        read_scenario(scenario(tmp_path, text))


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(CostError, match="cannot be read: No such file"):
        read_scenario(tmp_path / "month.toml")
