"""`scripts/github_environments.sh` tells GitHub all that workflows ask for, and keeps what people chose there."""

import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from scripts.infra.look import ROOT
from tests.infra.bicep_files import main
from tests.infra.test_workflows import asked

GH = f"""#!{sys.executable}
import json, os, sys

path, arguments = os.environ["GITHUB"], sys.argv[1:]
state = json.load(open(path))
options = dict(zip(arguments, arguments[1:]))
if arguments[0] == "api" and arguments[1].endswith("/variables/ENVIRONMENTS"):
    print(state["variables"].get("ENVIRONMENTS", '{{"message": "Not Found"}}'))
    sys.exit("ENVIRONMENTS" not in state["variables"])
elif arguments[0] == "api":
    name = arguments[-1].rpartition("/")[2]
    if "PUT" in arguments:
        state["environments"][name] = {{"variables": {{}}, "secrets": {{}}, "reviewers": []}}
    elif name not in state["environments"]:
        sys.exit(1)
elif "--env-file" in options:
    lines = open(options["--env-file"]).read().splitlines()
    state["environments"][options["--env"]]["variables"] = dict(line.split("=", 1) for line in lines)
elif arguments[:2] == ["secret", "set"]:
    state["environments"][options["--env"]]["secrets"][arguments[2]] = options["--body"]
else:
    state["variables"][arguments[2]] = options["--body"]
json.dump(state, open(path, "w"))
"""
"""GitHub's command line, as far as environments and what they are told go."""

STEP_2 = dict(re.findall(r"^export (PARLEY_\w+)=(\S*)", (ROOT / "docs/deploy.md").read_text(), re.MULTILINE))
BY_HAND = {"PARLEY_API_KEY"}
"""A tenant makes it, after the deployment."""
EXPORTED = {name: name.lower() for name in STEP_2} | {"PARLEY_SSH_PUBLIC_KEY": "ssh-ed25519 AAAA ann@example.com"}


class GitHub:
    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._state = folder / "github.json"
        self.state = {"variables": {}, "environments": {}}
        # As Azure's command line says it: it changes the case of some letters.
        self.outputs: dict[str, dict[str, object]] = {
            name.lower(): {"value": f"the {name}"} for name in main()["outputs"]
        }
        self.outputs["client_ids"] = {"value": {"infra": "1", "images": "2", "deploy": "3"}}
        for name, body in {"gh": GH, "az": f"#!/bin/sh\ncat {shlex.quote(str(folder / 'outputs.json'))}\n"}.items():
            (folder / name).write_text(body)
            (folder / name).chmod(0o755)

    @property
    def state(self) -> dict[str, Any]:
        """`variables` of the repository, and `environments` by name: {variables, secrets, reviewers}."""
        found: dict[str, Any] = json.loads(self._state.read_text())
        return found

    @state.setter
    def state(self, state: dict[str, Any]) -> None:
        self._state.write_text(json.dumps(state))

    def told(self, environment: str) -> int:
        (self._folder / "outputs.json").write_text(json.dumps(self.outputs))
        surroundings = {"PATH": f"{self._folder}:{os.environ['PATH']}", "GITHUB": str(self._state), **EXPORTED}
        command = [str(ROOT / "scripts/github_environments.sh"), environment]
        return subprocess.run(command, env=surroundings, check=False).returncode


@pytest.fixture
def github(tmp_path: Path) -> GitHub:
    return GitHub(tmp_path)


def test_every_room_of_an_environment_gets_what_its_jobs_ask_for(github: GitHub) -> None:
    for environment in ("dev", "staging", "prod"):
        assert github.told(environment) == 0
    rooms = github.state["environments"]
    wanted = {(name, room) for name in asked().keys() - BY_HAND for room in asked()[name] if room in rooms}
    given = {(name, room) for room, has in rooms.items() for name in {**has["variables"], **has["secrets"]}}
    assert len(wanted) > 50
    assert wanted <= given
    assert {room for found in asked().values() for room in found} - {"", "sonar"} == rooms.keys()
    assert json.loads(github.state["variables"]["ENVIRONMENTS"]) == ["dev", "prod", "staging"]


def test_only_rooms_of_the_template_get_the_secret(github: GitHub) -> None:
    github.told("prod")
    with_secret = {room for room, has in github.state["environments"].items() if has["secrets"]}
    assert with_secret == {"infra-preview-prod", "infra-prod"}


def test_a_room_that_is_there_keeps_its_reviewers(github: GitHub) -> None:
    github.told("dev")
    state = github.state
    state["environments"]["infra-dev"]["reviewers"] = ["ann"]
    github.state = state
    assert github.told("dev") == 0
    assert github.state["environments"]["infra-dev"]["reviewers"] == ["ann"]


def test_nothing_is_told_where_the_deployment_does_not_say_all(github: GitHub) -> None:
    del github.outputs["metrics_query_url"]
    assert github.told("dev") == 1
    assert github.state["environments"] == {}
