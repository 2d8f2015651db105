"""What the tests want to know of bicep/ and k8s/."""

from __future__ import annotations

from functools import cache
from typing import Any

import yaml

from scripts.infra.bicep import FOLDER, Document, parse
from scripts.infra.look import ROOT

ENVIRONMENTS = ("dev", "staging", "prod")


@cache
def module(name: str) -> Document:
    return parse(FOLDER / "modules" / f"{name}.bicep")


@cache
def main() -> Document:
    return parse(FOLDER / "main.bicep")


@cache
def parameters(environment: str) -> dict[str, Any]:
    """The values of an environment's file of parameters."""
    variables = parse(FOLDER / "env" / f"{environment}.bicepparam")["variables"]
    return {name: variable["value"] for name, variable in variables.items()}


def properties(document: Document, resource: str) -> dict[str, Any]:
    found: dict[str, Any] = document["resources"][resource]["config"]["properties"]
    return found


@cache
def values(environment: str, release: str) -> dict[str, Any]:
    """The values of a release, with the chart's own where it has none."""
    chart = yaml.safe_load((ROOT / "k8s/charts/sfu/values.yaml").read_text())
    own = yaml.safe_load((ROOT / f"k8s/envs/{environment}/{release}.yaml").read_text())
    return {**chart, **own}
