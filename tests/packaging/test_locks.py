"""A dependency that was changed without locking is found."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from .conftest import ROOT


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """What scripts/lock.py looks at, in a tree of its own."""
    shutil.copytree(ROOT / "requirements", tmp_path / "requirements")
    for name in ("pyproject.toml", "requirements.txt", "scripts/lock.py"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / name)
    return tmp_path


def check(tree: Path) -> subprocess.CompletedProcess[str]:
    command: list[str | Path] = [sys.executable, tree / "scripts" / "lock.py", "--check"]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_the_locks_are_in_step(copy: Path) -> None:
    result = check(copy)
    assert (result.returncode, result.stdout) == (0, "")


@pytest.mark.parametrize(
    ("before", "after", "stale"),
    [
        ('"azure-cosmos~=', '"azure-cosmos>=', {"requirements.txt", "requirements/local.txt", "requirements/dev.txt"}),
        ('"aiortc~=', '"aiortc>=', {"requirements/sfu.txt", "requirements/local.txt", "requirements/dev.txt"}),
        ('"pytest~=', '"pytest>=', {"requirements/dev.txt"}),
    ],
)
def test_a_group_that_was_edited_without_locking_is_named(copy: Path, before: str, after: str, stale: set[str]) -> None:
    project = copy / "pyproject.toml"
    assert before in project.read_text()
    project.write_text(project.read_text().replace(before, after))
    result = check(copy)
    assert result.returncode == 1
    assert {line.split()[0] for line in result.stdout.splitlines()} == stale


def test_a_missing_lock_is_named(copy: Path) -> None:
    (copy / "requirements.txt").unlink()
    result = check(copy)
    assert result.returncode == 1
    assert result.stdout.startswith("requirements.txt ")


def test_the_locks_name_no_registry() -> None:
    for path in [ROOT / "requirements.txt", *(ROOT / "requirements").glob("*.txt")]:
        text = path.read_text()
        assert "://" not in text
        assert "--index-url" not in text


def test_every_pin_has_a_hash() -> None:
    for path in [ROOT / "requirements.txt", *(ROOT / "requirements").glob("*.txt")]:
        pins = [line for line in path.read_text().splitlines() if "==" in line and not line.startswith("#")]
        assert pins
        assert all(pin.endswith("\\") for pin in pins)
