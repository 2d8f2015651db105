"""What has shared keys has them off; the one key that is needed is in Key Vault and nowhere else."""

import re
from typing import Any

import pytest

from scripts.infra.bicep import FOLDER
from tests.infra.bicep_files import module

KEYS_OFF: dict[str, tuple[str, Any]] = {
    "Microsoft.Cache/redisEnterprise/databases": ("accessKeysAuthentication", "Disabled"),
    "Microsoft.Communication/communicationServices": ("disableLocalAuth", True),
    "Microsoft.ContainerRegistry/registries": ("adminUserEnabled", False),
    "Microsoft.ContainerService/managedClusters": ("disableLocalAccounts", True),
    "Microsoft.DocumentDB/databaseAccounts": ("disableLocalAuth", True),
    "Microsoft.EventHub/namespaces": ("disableLocalAuth", True),
    "Microsoft.Insights/components": ("DisableLocalAuth", True),
    "Microsoft.OperationalInsights/workspaces": ("features", {"disableLocalAuth": True}),
    "Microsoft.Storage/storageAccounts": ("allowSharedKeyAccess", False),
    "Microsoft.Web/sites/basicPublishingCredentialsPolicies": ("allow", False),
}


def made(kind: str) -> list[dict[str, Any]]:
    """The properties of every resource of the kind that the template makes."""
    resources = [
        one for path in sorted(FOLDER.glob("modules/*.bicep")) for one in module(path.stem)["resources"].values()
    ]
    configs = [one["config"] for one in resources if one["type"] == kind and not one["existing"]]
    return [config.get("config", config)["properties"] for config in configs]


@pytest.mark.parametrize("kind", KEYS_OFF)
def test_keys_are_off(kind: str) -> None:
    name, off = KEYS_OFF[kind]
    found = [properties.get(name) for properties in made(kind)]
    assert found
    assert all(value == off for value in found)


def test_the_key_of_web_pubsub_goes_to_the_vault_and_no_other_key_is_read() -> None:
    reading = [
        line.strip()
        for path in FOLDER.rglob("*.bicep")
        for line in path.read_text().splitlines()
        if re.search(r"\.?list(Keys|Secrets|ConnectionStrings|AccountSas)\(", line)
    ]
    assert reading == ["value: signalling.listKeys().primaryKey"]
    key = module("webpubsub-hub")["resources"]["key"]
    assert (key["type"], key["config"]["parent"]) == ("Microsoft.KeyVault/vaults/secrets", "vault")
