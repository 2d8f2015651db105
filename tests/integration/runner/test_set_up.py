"""Set-up happens by itself, once, and says what is missing where it may not install it."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.support.platform import ROOT

INSTALLED = (
    ".venv/bin/python",
    "requirements/local.txt",
    "requirements/dev.txt",
    "requirements/functions-runtime.txt",
    "requirements/infra.txt",
    "client/package.json",
    "client/package-lock.json",
    "client/.npmrc",
    "client/index.html",
    "client/src/main.tsx",
    ".make/client",
    ".make/python-run",
    ".make/forwarder",
    ".make/python-test",
    ".make/python-infra",
    "client/dist/index.html",
)


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A clone in which everything is installed; each file is newer than those before it."""
    folder = tmp_path / "clone"
    folder.mkdir()
    shutil.copy(ROOT / "Makefile", folder)
    for age, name in enumerate(reversed(INSTALLED)):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
        os.utime(path, (1_700_000_000 - age, 1_700_000_000 - age))
    os.utime(folder / "client/src", (1_600_000_000, 1_600_000_000))
    return folder


def make(clone: Path, *arguments: str) -> str:
    """What make prints, as if no other make had started these tests."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS"))}
    command = ["make", *arguments]
    return subprocess.run(command, cwd=clone, env=environment, check=True, capture_output=True, text=True).stdout


def plan(clone: Path, *targets: str) -> str:
    """What make would do."""
    return make(clone, "--dry-run", *targets)


def touch(path: Path) -> None:
    os.utime(path, (1_700_000_100, 1_700_000_100))


def test_make_alone_says_what_there_is(clone: Path) -> None:
    output = make(clone)
    for target in ("run", "test", "check", "lock", "generate", "clean"):
        assert f"make {target} " in output


def test_a_second_run_installs_and_builds_nothing(clone: Path) -> None:
    assert plan(clone, "run").splitlines() == ["exec .venv/bin/python -m command_line run"]


@pytest.mark.parametrize(
    ("changed", "work", "untouched"),
    [
        ("requirements/local.txt", "pip install", "npm"),
        ("client/package-lock.json", "npm ci", "pip install"),
        ("client/src/main.tsx", "npm run --silent build", "npm ci"),
    ],
)
def test_a_change_repeats_only_what_depends_on_it(clone: Path, changed: str, work: str, untouched: str) -> None:
    touch(clone / changed)
    planned = plan(clone, "run")
    assert work in planned
    assert untouched not in planned


def test_a_removed_environment_is_made_again(clone: Path) -> None:
    (clone / ".venv/bin/python").unlink()
    planned = plan(clone, "run")
    assert "scripts/setup/python.sh" in planned
    assert "pip install" in planned


def test_a_removed_source_file_builds_the_client_again(clone: Path) -> None:
    (clone / "client/src/main.tsx").unlink()
    touch(clone / "client/src")
    assert "npm run --silent build" in plan(clone, "run")


def test_every_install_checks_hashes(clone: Path) -> None:
    for name in ("requirements/local.txt", "requirements/dev.txt", "requirements/infra.txt"):
        touch(clone / name)
    installs = [line for line in plan(clone, "run", "check").splitlines() if "pip install" in line]
    own_wheel = [line for line in installs if "--no-index" in line]
    assert (len(installs), len(own_wheel)) == (5, 1)
    assert all("--require-hashes" in line for line in installs if line not in own_wheel)


@pytest.fixture
def tools(tmp_path: Path) -> Path:
    """A PATH with little on it, and a user without rights."""
    folder = tmp_path / "tools"
    folder.mkdir()
    for name in ("bash", "dirname", "env", "cat", "rm"):
        found = shutil.which(name)
        assert found
        (folder / name).symlink_to(found)
    add(folder, "id", "echo 1000")
    return folder


def add(folder: Path, name: str, script: str) -> None:
    program = folder / name
    program.write_text(f"#!/usr/bin/env bash\n{script}\n")
    program.chmod(0o755)


def run_script(name: str, tools: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(ROOT / "scripts/setup" / name), *arguments],
        env={"PATH": str(tools)},
        check=False,
        capture_output=True,
        text=True,
    )


def test_programs_that_are_there_need_nothing(tools: Path) -> None:
    for program in ("chromium", "g++", "redis-server"):
        add(tools, program, "")
    ended = run_script("programs.sh", tools, "tests")
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "", "")


def test_a_missing_program_is_named_with_the_way_to_get_it(tools: Path) -> None:
    add(tools, "chromium", "")
    add(tools, "g++", "")
    ended = run_script("programs.sh", tools, "tests")
    assert ended.returncode == 1
    assert "not installed: redis-server\n" in ended.stderr
    assert "sudo apt-get install redis-server\n" in ended.stderr


def test_root_on_debian_gets_what_is_missing_installed(tools: Path, tmp_path: Path) -> None:
    add(tools, "id", "echo 0")
    add(tools, "apt-get", f'echo "$@" >> {tmp_path / "calls"}')
    assert run_script("programs.sh", tools, "tests").returncode == 0
    calls = (tmp_path / "calls").read_text().splitlines()
    assert calls[0].startswith("update")
    assert calls[1].startswith("install")
    assert calls[1].endswith("chromium g++ redis-server")


def test_what_the_tests_need_does_not_include_what_only_the_benchmarks_need(tools: Path) -> None:
    for program in ("chromium", "g++", "redis-server"):
        add(tools, program, "")
    assert run_script("programs.sh", tools, "tests").returncode == 0
    ended = run_script("programs.sh", tools, "benchmarks")
    assert ended.returncode == 1
    assert "sudo apt-get install janus iproute2 util-linux\n" in ended.stderr


@pytest.mark.parametrize(("version", "code"), [("18.20.4", 1), ("20.18.0", 1), ("20.19.0", 0), ("22.1.0", 0)])
def test_a_node_that_is_too_old_is_named(tools: Path, version: str, code: int) -> None:
    node = shutil.which("node")
    pretend = f"Object.defineProperty(process.versions, 'node', {{value: '{version}'}});"
    add(tools, "node", f'[[ $1 == --version ]] && echo v{version} || exec {node} -e "{pretend} $2"')
    add(tools, "npm", "")
    ended = run_script("node.sh", tools)
    assert ended.returncode == code
    assert (f"found: v{version}" in ended.stderr) is bool(code)


def test_a_missing_node_is_said(tools: Path) -> None:
    ended = run_script("node.sh", tools)
    assert ended.returncode == 1
    assert "Node.js 20.19 or newer is missing (found: none)" in ended.stderr
