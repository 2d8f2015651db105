"""What a company fills in: the values of each environment in k8s/envs, which ArgoCD reads from Git.

As the repository comes, they say `example` or are all zeros; docs/deploy.md, step 8, fills them in. An environment is
filled in wholly or not at all: half of it is a mistake that would only show in the cluster. Releases on request are
left alone, for nobody deploys them unasked.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml

from scripts.infra.look import ROOT, Look, named, tracked

ENVIRONMENTS = ROOT / "k8s" / "envs"
TO_FILL_IN = (
    "controlUrl",
    "image.repository",
    "image.digest",
    "scaling.prometheus",
    "azure.clientId",
    "azure.kedaClientId",
    "azure.tenantId",
    "azure.vaultName",
)
_ON_REQUEST = "on-request"
_PLACEHOLDER = re.compile(r"\bexample\b|\b0{8}(?:-0{4}){3}-0{12}$|^sha256:0{64}$")


def check() -> Look:
    environments: dict[str, list[Path]] = {}
    for path in tracked("k8s/envs/*.yaml"):
        if path.parent.name != _ON_REQUEST:
            environments.setdefault(path.parent.name, []).append(path)
    problems: list[str] = []
    untouched: list[str] = []
    for environment, files in environments.items():
        left = [f"{named(path)}: {name}" for path in files for name in unfilled(path)]
        if len(left) == len(files) * len(TO_FILL_IN):
            untouched.append(environment)
        else:
            problems += [f"{one} is not filled in, and others of its environment are" for one in left]
    count = sum(map(len, environments.values())) * len(TO_FILL_IN)
    told = (f"{', '.join(untouched)}: nothing is filled in yet (docs/deploy.md, step 8)",) if untouched else ()
    return Look(count, "values that a company fills in", tuple(problems), told)


def unfilled(path: Path) -> list[str]:
    """The values of the file that are placeholders, as `azure.vaultName`."""
    return [name for name, value in _values(yaml.safe_load(path.read_text())) if _PLACEHOLDER.search(value)]


def _values(node: Any, name: str = "") -> list[tuple[str, str]]:
    """All texts below, with their paths."""
    if isinstance(node, dict):
        return [one for key, value in node.items() for one in _values(value, f"{name}.{key}" if name else key)]
    return [(name, node)] if isinstance(node, str) else []
