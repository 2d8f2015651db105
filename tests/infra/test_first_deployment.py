"""The scripts and azure.yaml do what docs/deploy.md says of them, as far as can be seen without Azure."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from scripts.infra.look import ROOT
from scripts.node_values import ENVIRONMENTS, fill, values

AZD = yaml.safe_load((ROOT / "azure.yaml").read_text())
OUTPUTS = {
    "azurE_RESOURCE_GROUP": "rg-parley-dev",
    "functionS_NAME": "func-parley-dev",
    "vaulT_NAME": "kv-parley-dev",
    "clienT_IDS": {"sfu": "11", "keda": "22"},
}
AZ = f"""#!{sys.executable}
import json, os, sys

said = " ".join(sys.argv[1:])
with open(os.environ["TOLD"], "a") as told:
    told.write(said + "\\n")
if said.startswith("deployment sub list"):
    print(os.environ.get("OUTPUTS", "null"))
elif "show" in sys.argv:
    print("an-id")
"""
"""Azure's command line, which writes down what it is told."""


class Azure:
    """A folder before all others in PATH, with what a script calls."""

    def __init__(self, folder: Path) -> None:
        self._told = folder / "told"
        self._told.touch()
        for name, text in {"az": AZ, "curl": "#!/bin/sh\necho 203.0.113.7\n"}.items():
            (folder / name).write_text(text)
            (folder / name).chmod(0o755)
        self.environment = {"PATH": f"{folder}:{os.environ['PATH']}", "TOLD": str(self._told)}

    @property
    def told(self) -> list[str]:
        return self._told.read_text().splitlines()

    def run(self, *command: str, **variables: str) -> subprocess.CompletedProcess[str]:
        environment = self.environment | variables
        return subprocess.run(command, cwd=ROOT, env=environment, check=False, capture_output=True, text=True)


@pytest.fixture
def azure(tmp_path: Path) -> Azure:
    return Azure(tmp_path)


@pytest.mark.parametrize("command", ["true", "false"])
def test_the_vault_is_closed_again_whatever_the_command_came_to(azure: Azure, command: str) -> None:
    done = azure.run("scripts/with_vault.sh", "kv-parley-dev", command)
    assert (done.returncode == 0) == (command == "true")
    opened = azure.told.index("keyvault update --name kv-parley-dev --public-network-access Enabled --output none")
    closed = azure.told.index("keyvault update --name kv-parley-dev --public-network-access Disabled --output none")
    assert opened < closed == len(azure.told) - 1
    assert "keyvault network-rule remove --name kv-parley-dev --ip-address 203.0.113.7 --output none" in azure.told


def test_outputs_become_variables_in_whatever_case_azure_gives_them(azure: Azure) -> None:
    outputs = json.dumps({name: {"value": value} for name, value in OUTPUTS.items()})
    script = '. scripts/outputs.sh dev >/dev/null && echo "$GROUP $FUNCTIONS $VAULT" && output CLIENT_IDS | jq -r .sfu'
    done = azure.run("bash", "-c", script, OUTPUTS=outputs)
    assert done.stdout.split() == ["rg-parley-dev", "func-parley-dev", "kv-parley-dev", "11"]


def test_an_environment_that_was_never_deployed_is_said_to_be_so(azure: Azure) -> None:
    done = azure.run("bash", "-c", ". scripts/outputs.sh dev")
    assert done.returncode == 1
    assert "no deployment of dev has succeeded" in done.stderr


def test_the_outputs_that_are_read_are_those_of_the_template() -> None:
    of_the_template = set(re.findall(r"^output (\w+) ", (ROOT / "bicep/main.bicep").read_text(), re.MULTILINE))
    read = re.findall(r"\$\(output (\w+)\)", (ROOT / "scripts/outputs.sh").read_text())
    read += re.findall(r"\$(\w+_NAME|AZURE_RESOURCE_GROUP|PUBLIC_URL)\b", (ROOT / "scripts/azd.sh").read_text())
    assert len(read) > 10
    assert set(read) <= of_the_template | {"AZURE_ENV_NAME"}


@pytest.mark.parametrize("path", sorted(ENVIRONMENTS.glob("*/sfu-*.yaml")), ids=str)
def test_values_of_nodes_are_filled_with_what_was_deployed_and_nothing_else_changes(path: Path) -> None:
    variables = {
        "PUBLIC_URL": "https://meet.example.org",
        "REGISTRY": "cr1.azurecr.io",
        "METRICS_QUERY_URL": "https://metrics.example.org",
        "CLIENT_IDS": json.dumps({"sfu": "sfu-id", "keda": "keda-id"}),
        "VAULT": "kv-1",
    }
    before = path.read_text()
    after = fill(before, values(variables, "northeurope", "tenant-id", "sha256:44"))
    filled, old = yaml.safe_load(after), yaml.safe_load(before)
    assert filled["controlUrl"] == "https://meet.example.org"
    assert filled["image"] == {"repository": "cr1.azurecr.io/parley/sfu", "digest": "sha256:44"}
    assert filled["scaling"]["prometheus"] == "https://metrics.example.org"
    assert filled["azure"] == {
        "clientId": "sfu-id",
        "kedaClientId": "keda-id",
        "tenantId": "tenant-id",
        "vaultName": "kv-1",
    }
    assert len(after.splitlines()) == len(before.splitlines())
    assert filled["region"] == "northeurope"
    assert all(filled[name] == old[name] for name in ("environment", "track", "resources"))


def test_a_value_that_is_not_there_is_no_value_that_is_written() -> None:
    with pytest.raises(ValueError, match="controlUrl stands 0 times"):
        fill("region: westeurope\n", {"controlUrl": "https://meet.example.org"})


@pytest.mark.parametrize("environment", ["dev", "staging", "prod"])
def test_azd_takes_the_parameters_of_the_environment_of_its_name(tmp_path: Path, environment: str) -> None:
    done = _choose_parameters(tmp_path, environment)
    assert done.returncode == 0
    chosen = tmp_path / AZD["infra"]["path"] / f"{AZD['infra']['module']}.bicepparam"
    assert chosen.read_bytes() == (ROOT / f"bicep/env/{environment}.bicepparam").read_bytes()
    (template,) = re.findall(r"^using '(.*)'$", chosen.read_text(), re.MULTILINE)
    assert (chosen.parent / template).resolve() == tmp_path / "bicep/main.bicep"


def test_azd_is_told_what_its_environments_are_called(tmp_path: Path) -> None:
    done = _choose_parameters(tmp_path, "test")
    assert done.returncode == 1
    assert "dev, staging or prod" in done.stderr


def test_azd_runs_stages_that_there_are_and_deploys_what_the_template_has_tagged() -> None:
    script = (ROOT / "scripts/azd.sh").read_text()
    for hook in AZD["hooks"].values():
        name, stage = hook["run"].split()
        assert name == "scripts/azd.sh"
        assert f"\n{stage}() {{\n" in script
    modules = "".join(path.read_text() for path in (ROOT / "bicep/modules").glob("*.bicep"))
    assert set(AZD["services"]) == set(re.findall(r"'azd-service-name': '(\w+)'", modules))


def _choose_parameters(folder: Path, environment: str) -> subprocess.CompletedProcess[str]:
    """Runs the hook in a copy of what it reads."""
    (folder / "scripts").mkdir()
    shutil.copy(ROOT / "scripts/azd.sh", folder / "scripts")
    shutil.copytree(ROOT / "bicep/env", folder / "bicep/env")
    (folder / "bicep/main.bicep").touch()
    command = [str(folder / "scripts/azd.sh"), "parameters"]
    return subprocess.run(
        command, env={**os.environ, "AZURE_ENV_NAME": environment}, check=False, capture_output=True, text=True
    )
