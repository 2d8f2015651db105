"""Machines of the environments: their disks fit into them, they have cores for their nodes, Kubernetes is the same."""

import pytest

from scripts.infra.charts import KUBERNETES
from tests.infra.bicep_files import ENVIRONMENTS, module, parameters, properties, values

LOCAL_DISK_GIB = {
    "Standard_D2ds_v5": 75,
    "Standard_D4ds_v5": 150,
    "Standard_F8s_v2": 128,
}
"""Where an ephemeral disk goes: the cache of sizes that have one (Fsv2), else the temporary disk (Ddsv5).

From learn.microsoft.com, "Fsv2-series" and "Ddsv5-series", read in November 2026; which of the two it is, says "Storage
options for applications in AKS".
"""
CORES = {"Standard_D2ds_v5": 2, "Standard_D4ds_v5": 4, "Standard_F8s_v2": 8}
"""From the same pages."""
LEAST_DISK_GIB = 60
"""AKS's images take 30 ("Create node pools"), what runs there as much again."""


@pytest.mark.parametrize("environment", ENVIRONMENTS)
@pytest.mark.parametrize("pool", ["systemPool", "mediaPool"])
def test_a_machine_has_room_for_its_disk(environment: str, pool: str) -> None:
    machines = parameters(environment)[pool]
    assert LEAST_DISK_GIB <= machines["diskGb"] <= LOCAL_DISK_GIB[machines["vmSize"]]


@pytest.mark.parametrize("environment", ENVIRONMENTS)
@pytest.mark.parametrize("release", ["sfu-stable", "sfu-canary"])
def test_a_media_host_has_a_core_for_each_node_and_one_more(environment: str, release: str) -> None:
    assert values(environment, release)["workers"] < CORES[parameters(environment)["mediaPool"]["vmSize"]]


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
