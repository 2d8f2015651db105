"""Machines of the environments: their disks fit into them, they have cores for their nodes, Kubernetes is the same."""

import pytest
import yaml

from scripts.infra.bicep import FOLDER
from scripts.infra.charts import KUBERNETES
from tests.infra.bicep_files import ENVIRONMENTS, main, module, parameters, properties, values

CORES = {
    "Standard_D2s_v5": 2,
    "Standard_D4s_v5": 4,
    "Standard_D2ds_v5": 2,
    "Standard_D4ds_v5": 4,
    "Standard_D8ds_v5": 8,
}
"""From learn.microsoft.com, "Dsv5 sizes series" and "Ddsv5 sizes series", read in November 2026.

None is in "Retired Azure VM size series", as retired or announced: those are restricted in new subscriptions.
"""
LOCAL_DISK_GIB = {"Standard_D2ds_v5": 75, "Standard_D4ds_v5": 150, "Standard_D8ds_v5": 300}
"""The temporary disk, where an ephemeral one goes; sizes with a cache have it there ("Storage options for AKS")."""
AKS_KEEPS_MILLICORES = {2: 100, 4: 140, 8: 180}
"""Of each machine, by its cores: "Node resource reservations in AKS"."""
ADD_ONS_MILLICORES = 1000
"""An estimate, with a fifth to spare: what the DaemonSets of the add-ons in aks.bicep ask for on each machine.

Those of the logs alone ask for 170 (github.com/Azure/AKS, issue 5413).
"""
SIDECAR_MILLICORES = 10
"""Of `deletion-cost`, in the chart."""
LEAST_DISK_GIB = 60
"""AKS's images take 30 ("Create node pools"), what runs there as much again."""


@pytest.mark.parametrize("environment", ENVIRONMENTS)
@pytest.mark.parametrize("machines", ["systemPool", "mediaPool", "turnServers"])
def test_machines_are_of_a_size_that_is_here_to_stay(environment: str, machines: str) -> None:
    assert parameters(environment)[machines]["vmSize"] in CORES


@pytest.mark.parametrize("environment", ENVIRONMENTS)
@pytest.mark.parametrize("pool", ["systemPool", "mediaPool"])
def test_a_machine_has_room_for_its_disk(environment: str, pool: str) -> None:
    machines = parameters(environment)[pool]
    assert LEAST_DISK_GIB <= machines["diskGb"] <= LOCAL_DISK_GIB[machines["vmSize"]]


@pytest.mark.parametrize("environment", ENVIRONMENTS)
@pytest.mark.parametrize("release", ["sfu-stable", "sfu-canary"])
def test_a_media_host_has_a_core_for_each_node_and_one_more(environment: str, release: str) -> None:
    assert values(environment, release)["workers"] < CORES[parameters(environment)["mediaPool"]["vmSize"]]


@pytest.mark.parametrize("block", ["mediaAddresses", "turnAddresses"])
def test_a_block_of_addresses_is_in_the_zones_of_the_machines_that_take_them(block: str) -> None:
    # Azure refuses a machine in a zone an address that is in none.
    assert module("network")["resources"][block]["config"]["zones"] == "zones"
    for name in ("network", "mediaHosts", "turn"):
        assert main()["modules"][name]["config"]["params"]["zones"] == "zones"


def test_turn_servers_keep_up_to_date_without_azure_which_has_no_automatic_upgrade_for_their_image() -> None:
    scale_set = properties(module("turn-vmss"), "servers")
    # Not in the list of "Azure Virtual Machine Scale Set automatic OS image upgrades" (May 2026): it would be refused.
    assert scale_set["virtualMachineProfile"]["storageProfile"]["imageReference"]["publisher"] == "Debian"
    assert "automaticOSUpgradePolicy" not in scale_set["upgradePolicy"]
    assert scale_set["scaleInPolicy"]["rules"] == ["OldestVM"]
    machine = yaml.safe_load((FOLDER / "cloud-init/turn.yaml").read_text())
    files = {file["path"]: file["content"] for file in machine["write_files"]}
    assert "unattended-upgrades" in machine["packages"]
    assert 'Unattended-Upgrade "1";' in files["/etc/apt/apt.conf.d/60parley"]


@pytest.mark.parametrize("environment", ENVIRONMENTS)
@pytest.mark.parametrize("release", ["sfu-stable", "sfu-canary"])
def test_a_pod_of_nodes_fits_beside_the_add_ons_on_an_empty_machine(environment: str, release: str) -> None:
    cores = CORES[parameters(environment)["mediaPool"]["vmSize"]]
    given_away = 1000 * cores - AKS_KEEPS_MILLICORES[cores] - ADD_ONS_MILLICORES
    requested = int(values(environment, release)["resources"]["requestedCpu"].removesuffix("m"))
    assert requested + SIDECAR_MILLICORES <= given_away


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_a_new_release_finds_a_machine_beside_those_that_it_replaces(environment: str) -> None:
    # A pod of nodes has its machine to itself, and the old one stays until the new one is there.
    standing = sum(values(environment, release)["scaling"]["minimum"] for release in ("sfu-stable", "sfu-canary"))
    assert standing + 1 <= parameters(environment)["mediaPool"]["maximum"]


def test_every_pool_says_how_large_its_disks_are_and_follows_the_clusters_kubernetes() -> None:
    (system,) = properties(module("aks"), "cluster")["agentPoolProfiles"]
    pools = [system, properties(module("aks"), "control"), properties(module("aks-media-pool"), "media")]
    for pool in pools:
        assert pool["osDiskType"] == "Ephemeral"
        assert pool["osDiskSizeGB"] == "diskGb"
        assert pool["orchestratorVersion"] == "kubernetesVersion"


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_charts_are_checked_for_the_kubernetes_that_runs_them(environment: str) -> None:
    assert parameters(environment)["kubernetesVersion"] == KUBERNETES
