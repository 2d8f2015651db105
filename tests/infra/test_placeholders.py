"""What a company has to fill in is told, the first deployment fills all of it in, and half of it is a mistake."""

import json
import re
import shutil
from pathlib import Path

import pytest
import yaml

from scripts import node_values
from scripts.infra import placeholders
from scripts.infra.look import ROOT
from tests.infra.bicep_files import ENVIRONMENTS, parameters, values

RELEASES = [f"{environment}/{release}.yaml" for environment in ENVIRONMENTS for release in ("sfu-stable", "sfu-canary")]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the values of all environments, at which the check looks."""
    copied = tmp_path / "k8s/envs"
    shutil.copytree(ROOT / "k8s/envs", copied)
    monkeypatch.setattr(placeholders, "tracked", lambda _: sorted(copied.glob("*/*.yaml")))
    monkeypatch.setattr(placeholders, "named", lambda path: path.relative_to(tmp_path).as_posix())
    return copied


def fill_in(folder: Path) -> None:
    """What docs/deploy.md, step 8, does by scripts/deploy_nodes.sh, with something in place of Azure's answers."""
    outputs = {
        "PUBLIC_URL": "https://meet.company.dev",
        "REGISTRY": "crparleydev.azurecr.io",
        "METRICS_QUERY_URL": "https://amw.westeurope.prometheus.monitor.azure.com",
        "CLIENT_IDS": json.dumps({"sfu": "11111111-1111-4111-8111-111111111111", "keda": "2222-4222"}),
        "VAULT": "kv-parleydev",
    }
    wanted = node_values.values(outputs, "westeurope", "33333333-3333-4333-8333-333333333333", f"sha256:{1:064}")
    for path in (folder / "dev").glob("sfu-*.yaml"):
        path.write_text(node_values.fill(path.read_text(), wanted))


@pytest.mark.parametrize("release", RELEASES)
def test_every_placeholder_is_one_that_is_known_to_be_filled_in(release: str) -> None:
    left = placeholders.unfilled(ROOT / "k8s/envs" / release)
    assert not left or set(left) <= set(placeholders.TO_FILL_IN)


def test_the_first_deployment_fills_in_all_of_an_environment_and_nothing_of_another(folder: Path) -> None:
    fill_in(folder)
    for release in ("sfu-stable", "sfu-canary"):
        assert placeholders.unfilled(folder / f"dev/{release}.yaml") == []
        filled = yaml.safe_load((folder / f"dev/{release}.yaml").read_text())
        before = values("dev", release)
        assert filled["image"]["repository"] == "crparleydev.azurecr.io/parley/sfu"
        assert filled["azure"]["clientId"][0] == "1"
        assert filled["azure"]["kedaClientId"][0] == "2"
        assert filled["resources"] == before["resources"]
    assert (folder / "prod/sfu-stable.yaml").read_text() == (ROOT / "k8s/envs/prod/sfu-stable.yaml").read_text()
    assert placeholders.check().is_good


def test_an_environment_that_is_half_filled_in_is_a_mistake(folder: Path) -> None:
    fill_in(folder)
    canary = folder / "dev/sfu-canary.yaml"
    canary.write_text(re.sub("vaultName: .*", "vaultName: kv-example", canary.read_text()))
    look = placeholders.check()
    assert not look.is_good
    assert "k8s/envs/dev/sfu-canary.yaml: azure.vaultName is not filled in" in look.problems[0]


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_nodes_are_told_the_region_in_which_they_are(environment: str) -> None:
    for release in ("sfu-stable", "sfu-canary"):
        assert values(environment, release)["region"] == parameters(environment)["location"]


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_a_canary_may_grow_as_far_as_the_stable_release_for_it_gets_all_sessions_in_the_end(environment: str) -> None:
    stable, canary = (values(environment, release)["scaling"] for release in ("sfu-stable", "sfu-canary"))
    assert canary["maximum"] == stable["maximum"]
