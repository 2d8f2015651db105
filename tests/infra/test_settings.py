"""Bicep, the chart of the nodes, the Settings classes and docs/configuration.md name the same settings."""

import re

from function_app.config import Settings as ControlPlaneSettings
from scripts.infra.configuration import PAGE, control_plane_in_azure, names, node_in_azure, page
from scripts.infra.look import ROOT
from sfu_container.config import Settings as NodeSettings

ONLY_ON_A_LAPTOP = {
    "PARLEY_ACS_KEY",
    "PARLEY_COSMOS_KEY",
    "PARLEY_OPEN_MEETING",
    "PARLEY_SIGNING_KEY_FILE",
    "PARLEY_WEBHOOKS_TO_PRIVATE_ADDRESSES",
}


def test_bicep_sets_only_what_the_control_plane_reads() -> None:
    assert control_plane_in_azure().keys() <= names(ControlPlaneSettings) - ONLY_ON_A_LAPTOP


def test_bicep_sets_whatever_the_control_plane_cannot_do_without() -> None:
    required = {
        f"PARLEY_{name.upper()}" for name, field in ControlPlaneSettings.model_fields.items() if field.is_required()
    }
    assert required <= control_plane_in_azure().keys()


def test_the_chart_sets_only_what_a_node_reads_and_all_that_it_needs() -> None:
    required = {f"PARLEY_{name.upper()}" for name, field in NodeSettings.model_fields.items() if field.is_required()}
    assert required <= node_in_azure().keys() <= names(NodeSettings)


def test_a_node_in_azure_is_told_what_on_a_laptop_is_the_loopback() -> None:
    loopback = {
        f"PARLEY_{name.upper()}"
        for name, field in NodeSettings.model_fields.items()
        if "127.0.0.1" in str(field.default)
    }
    assert loopback <= node_in_azure().keys()


def test_the_page_of_settings_is_fresh_and_explains_each() -> None:
    text = PAGE.read_text()
    assert page(text) == text, "run python -m scripts.infra.configuration"
    assert "|  |\n" not in text.replace("| what it is |", ""), "a setting has no text below it in its class"


def test_every_secret_that_azure_is_asked_for_is_made_by_somebody() -> None:
    made = set(re.findall(r"[a-z]+(?:-[a-z]+)+", (ROOT / "scripts/azure_secrets.sh").read_text()))
    made |= set(re.findall(r"name: '([a-z-]+)'", (ROOT / "bicep/modules/webpubsub-hub.bicep").read_text()))
    asked = {how.split("`")[1] for how in control_plane_in_azure().values() if "`" in how}
    assert asked
    assert asked | {ControlPlaneSettings.model_fields["signing_key_secret"].default} <= made
