"""Shell scripts, by shellcheck: our own, and those that cloud-init writes on a machine."""

from __future__ import annotations

import tempfile
from pathlib import Path

import yaml

from scripts.infra.look import ROOT, Look, complaint, run, tracked

_BASH = "#!/bin/bash"


def check() -> Look:
    own = tracked("*.sh", ".ci/run", "parley")
    with tempfile.TemporaryDirectory() as folder:
        embedded = [script for path in tracked("bicep/cloud-init/*.yaml") for script in _unpack(path, Path(folder))]
        # What a script reads from the machine on which it will run is not here.
        problems = complaint(run(["shellcheck", "--external-sources", "--exclude=SC1091", *own, *embedded]))
    return Look(len(own) + len(embedded), "shell scripts, with those of cloud-init", problems)


def _unpack(cloud_init: Path, folder: Path) -> list[Path]:
    """The scripts that a cloud-init file writes, as files."""
    found = []
    for entry in yaml.safe_load(cloud_init.read_text())["write_files"]:
        if entry["content"].startswith(_BASH):
            script = folder / f"{cloud_init.relative_to(ROOT).as_posix()}:{entry['path']}".replace("/", "_")
            script.write_text(entry["content"])
            found.append(script)
    return found
