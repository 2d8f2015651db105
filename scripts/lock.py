"""Turn the dependency groups of pyproject.toml into pinned, hashed requirement files.

    python scripts/lock.py            resolve every group again, keeping pins that still fit
    python scripts/lock.py --check    say which lock files no longer match pyproject.toml (offline), exit 1 if any

A lock file begins with a digest of the group it was made from, so that a group edited without locking is found
without asking a registry. The files name no registry: pip uses whichever one the machine is set up for.
"""

from __future__ import annotations

import argparse
import hashlib
import re
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent

# The widest group first: the others take its versions, so that one machine can hold them all.
LOCKS = {
    "dev": ROOT / "requirements" / "dev.txt",
    "bench": ROOT / "requirements" / "bench.txt",
    "infra": ROOT / "requirements" / "infra.txt",
    "build": ROOT / "requirements" / "build.txt",
    "local": ROOT / "requirements" / "local.txt",
    "sfu": ROOT / "requirements" / "sfu.txt",
    "functions": ROOT / "requirements.txt",
    "checkov": ROOT / "requirements" / "checkov.txt",
}
ALONE = {"dev", "checkov"}
"""The widest group, and what has a virtual environment of its own: these take nobody's versions."""


def group_requirements(groups: dict[str, list[Any]], name: str) -> list[str]:
    """The requirements of a dependency group (PEP 735), with its included groups expanded."""
    found: set[str] = set()
    for entry in groups[name]:
        found.update(group_requirements(groups, entry["include-group"]) if isinstance(entry, dict) else [entry])
    return sorted(found)


def header(name: str, requirements: list[str]) -> str:
    digest = hashlib.sha256("\n".join(requirements).encode()).hexdigest()
    return (
        f"# Locked from the group '{name}' of pyproject.toml by `make lock`. Do not edit.\n# group-sha256: {digest}\n"
    )


def drifted(groups: dict[str, list[Any]]) -> list[str]:
    """Names of the groups whose lock file was not made from what pyproject.toml says now."""
    return [
        name
        for name, path in LOCKS.items()
        if not path.exists() or not path.read_text().startswith(header(name, group_requirements(groups, name)))
    ]


def compile_lock(name: str, requirements: list[str], path: Path) -> None:
    with tempfile.TemporaryDirectory() as scratch:
        source = Path(scratch) / "requirements.in"
        constraint = "" if name in ALONE else f"-c {LOCKS['dev']}\n"
        source.write_text(constraint + "\n".join(requirements) + "\n")
        output = Path(scratch) / "out.txt"
        if path.exists():
            output.write_text(path.read_text())
        command = [sys.executable, "-m", "piptools", "compile", "--quiet", "--generate-hashes", "--allow-unsafe"]
        command += ["--strip-extras", "--no-header", "--no-annotate", "--no-emit-index-url", "--no-emit-find-links"]
        command += ["--no-emit-trusted-host", "--output-file", str(output), str(source)]
        subprocess.run(command, check=True)
        pins = "\n".join(line for line in output.read_text().splitlines() if not re.match(r"\s*(#|$)", line))
    path.parent.mkdir(exist_ok=True)
    path.write_text(header(name, requirements) + pins + "\n")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true")
    arguments = parser.parse_args()
    groups = tomllib.loads((ROOT / "pyproject.toml").read_text())["dependency-groups"]
    if arguments.check:
        for name in (stale := drifted(groups)):
            print(
                f"{LOCKS[name].relative_to(ROOT)} does not match the group '{name}' of pyproject.toml: run `make lock`"
            )
        return 1 if stale else 0
    for name, path in LOCKS.items():
        print(f"locking {path.relative_to(ROOT)}", flush=True)
        compile_lock(name, group_requirements(groups, name), path)
    return 0


if __name__ == "__main__":
    sys.exit(main())
