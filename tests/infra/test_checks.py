"""The checks find what they are there to find, and none passes by looking at nothing."""

from pathlib import Path

import pytest
import yaml

from scripts.infra import charts
from scripts.infra.bicep import parse, undeclared, undescribed
from scripts.infra.look import ROOT, Look
from tests.infra.bicep_files import values


def test_a_check_that_found_nothing_to_look_at_has_failed() -> None:
    assert not Look(0, "files").is_good
    assert not Look(3, "files", ("one is wrong",)).is_good
    assert Look(3, "files", left_out=("a kind without a schema",)).is_good


@pytest.mark.parametrize("text", ["resource a 'b' = {", "param", "nonsense"])
def test_bicep_that_cannot_be_read_is_an_error(tmp_path: Path, text: str) -> None:
    file = tmp_path / "broken.bicep"
    file.write_text(text)
    with pytest.raises(ValueError, match="Unexpected"):
        parse(file)


def test_a_parameter_or_an_output_without_a_description_is_told(tmp_path: Path) -> None:
    file = tmp_path / "undescribed.bicep"
    file.write_text("param one string\n\n@description('Told.')\nparam two string\n\noutput three string = one\n")
    assert undescribed(parse(file)) == ["one has no description", "three has no description"]


def test_a_name_that_nothing_declares_is_told() -> None:
    text = """
    // It isn't one: nor is 'this'.
param size int
var sizes = [for (one, index) in range(0, size): { name: 'disk-${index}', value: true ? one : other }]
resource disk 'Microsoft.Compute/disks@2024-03-02' = {
  name: 'https://${prefix}'
  properties: sizes[0].value
}
"""
    assert undeclared(text) == ["other is not declared", "prefix is not declared"]


def test_values_that_the_schema_forbids_are_refused(tmp_path: Path) -> None:
    wrong = values("prod", "sfu-stable") | {"track": "experimental"}
    file = tmp_path / "sfu-stable.yaml"
    file.write_text(yaml.safe_dump(wrong))
    with pytest.raises(ValueError, match="track"):
        charts.render(file)


def test_an_object_with_a_field_that_kubernetes_does_not_know_is_refused() -> None:
    pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a"}, "spec": {"containers": [], "colour": "red"}}
    with pytest.raises(ValueError, match="colour"):
        charts.validate(pod)


def test_an_experiment_with_a_field_that_chaos_mesh_does_not_know_is_refused() -> None:
    experiment = yaml.safe_load((ROOT / "k8s/chaos/no-redis.yaml").read_text())
    assert charts.validate(experiment) is None
    experiment["spec"]["externalTarget"] = experiment["spec"].pop("externalTargets")
    with pytest.raises(ValueError, match="externalTarget"):
        charts.validate(experiment)


def test_a_custom_resource_without_a_schema_is_named_and_not_passed_over() -> None:
    manifest = {"apiVersion": "example.dev/v1", "kind": "Thing", "metadata": {"name": "a"}}
    assert charts.validate(manifest) == "Thing (example.dev)"
