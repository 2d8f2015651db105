"""Charts: linted, rendered with the values of every environment, and what comes out is valid Kubernetes.

Custom resources are held against the schemas of their definitions where these are at hand: JSON schemas,
`{group}/{kind}_{version}.json`, in k8s/schemas, and in a folder that PARLEY_CRD_SCHEMAS names or that is beside the
repository.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import yaml

from scripts.infra.look import ROOT, Look, named, tracked

CHARTS = ROOT / "k8s" / "charts"
LIBRARY = CHARTS / "common"
NAMESPACE = "parley"
KUBERNETES = "1.36"
RENDERED = ROOT / "build" / "rendered"
_SCHEMAS = (
    ROOT / "k8s" / "schemas",
    Path(os.environ.get("PARLEY_CRD_SCHEMAS", ROOT.parent / "shared" / "schemas" / "crds")),
)
_WARNING = 2

Manifest = dict[str, Any]


@dataclass(frozen=True)
class Rendered:
    folder: Path
    """A file for each release and each folder of plain manifests."""
    releases: dict[str, list[Manifest]]
    """By `{environment}/{release}`, and `k8s/{folder}` for what is no chart."""
    problems: tuple[str, ...]

    def manifests(self) -> Iterator[tuple[str, Manifest]]:
        for release, manifests in self.releases.items():
            for manifest in manifests:
                yield release, manifest


def check() -> Look:
    result = rendered()
    problems, left_out = list(result.problems), set[str]()
    for release, manifest in result.manifests():
        name = f"{release}: {manifest.get('kind')} {manifest.get('metadata', {}).get('name')}"
        try:
            unknown = validate(manifest)
        except ValueError as error:
            problems.append(f"{name}: {error}")
        else:
            left_out |= {unknown} if unknown else set()
    missing = (f"{', '.join(sorted(left_out))}: no schema at hand",) if left_out else ()
    count = len(list(result.manifests()))
    return Look(count, "objects by helm and the schemas of Kubernetes", tuple(problems), missing)


@cache
def rendered() -> Rendered:
    """Every release of k8s/envs, and the plain manifests, as they would reach a cluster."""
    shutil.rmtree(RENDERED, ignore_errors=True)
    RENDERED.mkdir(parents=True)
    releases: dict[str, list[Manifest]] = {}
    problems: list[str] = []
    for values in tracked("k8s/envs/*.yaml"):
        release = f"{values.parent.name}/{values.stem}"
        try:
            releases[release] = render(values)
        except ValueError as error:
            problems.append(f"{named(values)}: {error}")
    for path in tracked("k8s/argocd/*.yaml", "k8s/chaos/*.yaml", "k8s/platform/*.yaml"):
        found = [manifest for manifest in yaml.safe_load_all(path.read_text()) if manifest]
        releases[named(path)] = [one for one in found if "kind" in one]
    for release, manifests in releases.items():
        target = RENDERED / f"{release.replace('/', '-').removesuffix('.yaml')}.yaml"
        target.write_text(yaml.safe_dump_all(manifests, sort_keys=False))
    return Rendered(RENDERED, releases, tuple(problems))


def render(values_file: Path) -> list[Manifest]:
    """What the chart makes of these values: `sfu-canary.yaml` is the release `sfu-canary` of the chart `sfu`."""
    # Imported where it is needed: it loads Helm itself.
    from helm_python import chart as helm
    from helm_python.errors import HelmError

    values = yaml.safe_load(values_file.read_text())
    chart = _assembled(values_file.stem.rpartition("-")[0])
    try:
        report = helm.lint(chart, values, strict=True, namespace=NAMESPACE, kube_version=f"v{KUBERNETES}.0")
        if faults := [message["error"] for message in report["messages"] if message["severity"] >= _WARNING]:
            raise ValueError("; ".join(faults))
        with helm.Chart.load(chart) as loaded:
            loaded.validate_schema(loaded.merge_values(values))
            templates = loaded.render(values, name=values_file.stem, namespace=NAMESPACE)
    except HelmError as error:
        raise ValueError(str(error)) from error
    return [manifest for text in templates.values() for manifest in yaml.safe_load_all(text) if manifest]


@cache
def _assembled(name: str) -> Path:
    """A copy of the chart with the library in it, as `helm dependency build` leaves it."""
    if not (CHARTS / name / "Chart.yaml").exists():
        raise ValueError(f"there is no chart {name}")
    target = ROOT / ".make" / "charts" / name
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(CHARTS / name, target)
    shutil.copytree(LIBRARY, target / "charts" / LIBRARY.name)
    return target


def validate(manifest: Manifest) -> str | None:
    """The kind, where there is no schema for it. Raises ValueError where the object is not valid."""
    import kubernetes_validate  # type: ignore[import-untyped]  # it has no types

    group, _, version = manifest["apiVersion"].rpartition("/")
    for folder in _SCHEMAS:
        schema = folder / group / f"{manifest['kind'].lower()}_{version}.json"
        if schema.exists():
            _against(json.loads(schema.read_text()), manifest)
            return None
    if "." in group and not group.endswith(".k8s.io"):
        return f"{manifest['kind']} ({group})"
    try:
        kubernetes_validate.validate(manifest, KUBERNETES, strict=True)
    except (kubernetes_validate.ValidationError, kubernetes_validate.SchemaNotFoundError) as error:
        raise ValueError(str(error)) from error
    return None


def _against(schema: dict[str, Any], manifest: Manifest) -> None:
    errors = list(jsonschema.validators.validator_for(schema)(schema).iter_errors(manifest))
    if errors:
        raise ValueError("; ".join(f"{'.'.join(map(str, error.path))}: {error.message}" for error in errors))
