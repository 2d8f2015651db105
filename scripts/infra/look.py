"""What a check found, and how checks start programs."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PROGRAMS = Path(sys.executable).parent
"""Where the programs are that came as Python packages."""


@dataclass(frozen=True)
class Look:
    """How many things a check looked at, and what is wrong with them."""

    count: int
    what: str
    """What the things are, as `Bicep files`."""
    problems: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    """What could not be looked at here, and why; it is told, and no problem."""

    @property
    def is_good(self) -> bool:
        return self.count > 0 and not self.problems


@dataclass(frozen=True)
class Outcome:
    code: int
    output: str
    """What the program wrote to its standard output."""
    errors: str


def run(command: Sequence[object], environment: Mapping[str, str] | None = None) -> Outcome:
    """Runs a program in the root of the repository. Raises FileNotFoundError when it is not installed."""
    done = subprocess.run(
        [str(part) for part in command],
        cwd=ROOT,
        env={**os.environ, **(environment or {})},
        capture_output=True,
        text=True,
        check=False,
    )
    return Outcome(done.returncode, done.stdout, done.stderr)


def program(name: str) -> Path:
    """A program of the virtual environment."""
    return PROGRAMS / name


def tracked(*patterns: str) -> list[Path]:
    """The files of the repository that match, and those that are about to be: what git ignores is left out."""
    listed = run(["git", "ls-files", "--cached", "--others", "--exclude-standard", "--", *patterns])
    return [path for line in listed.output.splitlines() if (path := ROOT / line).is_file()]


def named(path: Path) -> str:
    """A path for people: relative to the root."""
    return path.relative_to(ROOT).as_posix()


def complaint(outcome: Outcome) -> tuple[str, ...]:
    """What a program that failed has said, as one problem; nothing when it did not fail."""
    return () if outcome.code == 0 else ((outcome.output + outcome.errors).strip() or f"exit code {outcome.code}",)
