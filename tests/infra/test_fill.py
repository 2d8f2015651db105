"""`scripts/fill.sh` fills in every name of a manifest that is applied by hand, or nothing."""

import os
import re
import subprocess
from pathlib import Path

import yaml

from scripts.infra.look import ROOT

NAMED = sorted(path for path in (ROOT / "k8s").glob("*/*.yaml") if re.search(r"\$\{[A-Z_]+\}", path.read_text()))


def filled(values: dict[str, str], *files: Path) -> subprocess.CompletedProcess[str]:
    surroundings = {"PATH": os.environ["PATH"], **values}
    command = [ROOT / "scripts/fill.sh", *files]
    return subprocess.run(command, env=surroundings, check=False, capture_output=True, text=True)


def names(path: Path) -> set[str]:
    return set(re.findall(r"\$\{([A-Z_]+)\}", path.read_text()))


def test_every_name_gets_its_value_and_the_manifests_stay_apart() -> None:
    values = {name: f"{name.lower()}.example.com" for path in NAMED for name in names(path)}
    done = filled(values, *NAMED)
    assert done.returncode == 0
    assert "${" not in done.stdout
    expected = [one for path in NAMED for one in yaml.safe_load_all(path.read_text())]
    assert [one["kind"] for one in yaml.safe_load_all(done.stdout)] == [one["kind"] for one in expected]
    assert all(value in done.stdout for value in values.values())


def test_a_name_without_a_value_is_told_and_nothing_is_written() -> None:
    experiment = ROOT / "k8s/chaos/no-redis.yaml"
    for values in ({}, {"REDIS_HOST": ""}):
        done = filled(values, ROOT / "k8s/chaos/kill-node.yaml", experiment)
        assert done.returncode == 1
        assert done.stdout == ""
        assert "REDIS_HOST" in done.stderr


def test_whatever_is_applied_by_hand_gets_its_names_from_what_the_docs_or_a_workflow_set() -> None:
    tellers = ("docs/deploy.md", "scripts/outputs.sh", ".github/workflows/chaos.yaml")
    told = "".join((ROOT / path).read_text() for path in tellers)
    for path in NAMED:
        assert {name for name in names(path) if not re.search(rf"\b{name}=", told)} == set(), path
