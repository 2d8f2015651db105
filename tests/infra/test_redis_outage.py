"""`scripts/redis_outage.sh` gives back exactly what it took away, whoever calls it and how often."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from scripts.infra.look import ROOT

REDIS = "rediss://redis-parley-staging.westeurope.redis.azure.net:10000"
OTHERS = {"PARLEY_ENVIRONMENT": "staging"}

AZ = f"""#!{sys.executable}
import json, os, re, sys

path, arguments = os.environ["SETTINGS"], sys.argv[1:]
settings = json.load(open(path))
verb = arguments[3]
if verb == "list":
    (name,) = re.findall(r"name=='(\\w+)'", arguments[arguments.index("--query") + 1])
    print(settings.get(name, ""))
elif verb == "set":
    given = arguments[arguments.index("--settings") + 1 : arguments.index("--output")]
    settings.update(pair.split("=", 1) for pair in given)
elif verb == "delete":
    del settings[arguments[arguments.index("--setting-names") + 1]]
json.dump(settings, open(path, "w"))
"""
"""Azure's command line, as far as the settings of an app go."""


class App:
    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._settings = folder / "settings.json"
        (folder / "az").write_text(AZ)
        (folder / "az").chmod(0o755)
        self._settings.write_text(json.dumps({**OTHERS, "PARLEY_REDIS_URL": REDIS}))

    @property
    def settings(self) -> dict[str, str]:
        found: dict[str, str] = json.loads(self._settings.read_text())
        return found

    def outage(self, verb: str) -> int:
        return self.answer(verb).returncode

    def answer(self, verb: str) -> subprocess.CompletedProcess[str]:
        environment = {"PATH": f"{self._folder}:{os.environ['PATH']}", "SETTINGS": str(self._settings)}
        environment |= {"GROUP": "rg-parley-staging", "FUNCTIONS": "func-parley-staging"}
        command = [str(ROOT / "scripts/redis_outage.sh"), verb]
        return subprocess.run(command, env=environment, check=False, stdout=subprocess.PIPE, text=True)


@pytest.fixture
def app(tmp_path: Path) -> App:
    return App(tmp_path)


def test_what_was_taken_away_is_given_back(app: App) -> None:
    assert app.outage("begin") == 0
    assert app.settings["PARLEY_REDIS_URL"] == "rediss://192.0.2.1:10000"
    assert app.outage("end") == 0
    assert app.settings == {**OTHERS, "PARLEY_REDIS_URL": REDIS}


def test_an_outage_that_nobody_ended_is_not_begun_again_and_still_ends(app: App) -> None:
    app.outage("begin")
    assert app.outage("begin") == 1
    assert app.outage("end") == 0
    assert app.settings["PARLEY_REDIS_URL"] == REDIS


def test_ending_what_never_began_changes_nothing(app: App) -> None:
    before = app.settings
    assert app.outage("end") == 0
    assert app.settings == before


def test_it_says_where_redis_is_for_the_experiment_in_the_cluster(app: App) -> None:
    assert app.answer("host").stdout == "redis-parley-staging.westeurope.redis.azure.net\n"
