"""One log of everything that runs: each line begins with the part that wrote it, a time and a level.

Parts whose lines have time and level by themselves keep theirs; what others print gets the time, and `-` for a level.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import TextIO

RUNNER = "parley"

_COLOURS = (36, 33, 35, 32, 34, 31)
_MOST_BYTES = 5_000_000
_LOGGED = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} [A-Z]+ ")


class RunLog:
    """Writes to the console, and to a file that is kept small."""

    def __init__(self, parts: Sequence[str], console: TextIO, *, colour: bool, file: Path | None = None) -> None:
        names = [RUNNER, *parts]
        width = max(map(len, names))
        self._prefixes = {name: f"{name:<{width}} | " for name in names}
        self._coloured = {
            name: f"\x1b[{_COLOURS[index % len(_COLOURS)]}m{prefix}\x1b[0m" if colour else prefix
            for index, (name, prefix) in enumerate(self._prefixes.items())
        }
        self._console = console
        self._file = RotatingFileHandler(file, maxBytes=_MOST_BYTES, backupCount=1, delay=True) if file else None

    def line(self, part: str, text: str) -> None:
        """One line of a part, without what would move the cursor or the colours of a terminal."""
        printable = "".join(character if character.isprintable() or character == "\t" else "?" for character in text)
        complete = printable if _LOGGED.match(printable) else f"{_now()} - {printable}"
        self._print(self._coloured[part] + complete)
        if self._file:
            self._file.handle(logging.makeLogRecord({"msg": self._prefixes[part] + complete}))

    def say(self, text: str, level: str = "INFO") -> None:
        """One or more lines of the runner itself."""
        for line in text.splitlines():
            self.line(RUNNER, f"{_now()} {level} {line}")

    def banner(self, text: str) -> None:
        """What the person has been waiting for; it stands out by having no prefix."""
        self._print(text)

    def close(self) -> None:
        if self._file:
            self._file.close()

    def _print(self, text: str) -> None:
        # A closed terminal or pipe must not end the run: the file still has it all.
        with suppress(OSError, ValueError):
            print(text, file=self._console, flush=True)


def _now() -> str:
    """As `logging` writes it."""
    return datetime.now().astimezone().strftime("%Y-%m-%d %H:%M:%S,%f")[:-3]
