"""The state folder of a run (PARLEY_HOME): who uses it, its secrets, and what is running."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from local_azure.runner.errors import HomeError

DEFAULT_HOME = ".run"


class Home:
    """The folder and the names of what it holds."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder.absolute()
        self.state = self.folder / "state.json"
        self.secrets = self.folder / "secrets.json"
        self.signing_key = self.folder / "signing-key.pem"
        self.database = self.folder / "cosmos.sqlite"
        self.log = self.folder / "logs" / "run.log"
        self._lock = self.folder / "lock"

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Home:
        return cls(Path(environment.get("PARLEY_HOME") or DEFAULT_HOME))

    @contextmanager
    def held(self) -> Iterator[None]:
        """Makes the folder and keeps it for this process alone; `HomeError` when another run has it."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            self.log.parent.mkdir(exist_ok=True, mode=0o700)
            lock = os.open(self._lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise HomeError(f"the state folder {self.folder} cannot be used: {error.strerror}") from error
        # The kernel lets go of the lock when this process ends, however it ends.
        with os.fdopen(lock, "r+") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise HomeError(
                    f"Parley is already running with the state folder {self.folder} (process {file.read().strip()}). "
                    "Stop it, or start a second copy with its own: PARLEY_HOME=.run2 PORT=9080 make run"
                ) from error
            file.truncate(0)
            file.write(f"{os.getpid()}\n")
            file.flush()
            yield

    def write_state(self, state: Mapping[str, Any]) -> None:
        write_private(self.state, json.dumps(state, indent=2) + "\n")

    def clear_state(self) -> None:
        self.state.unlink(missing_ok=True)


def write_private(path: Path, text: str) -> None:
    """Puts `text` into a file that only its owner may read; readers see the old whole or the new whole."""
    draft = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
