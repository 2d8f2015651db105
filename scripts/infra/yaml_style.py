"""YAML that is written by hand, by yamllint; charts' templates are no YAML before they are rendered."""

from __future__ import annotations

from scripts.infra.look import Look, complaint, named, program, run, tracked


def check() -> Look:
    files = tracked("*.yaml", "*.yml", ":!k8s/charts/*/templates/*", ":!client/node_modules/*")
    command = [program("yamllint"), "--strict", "--config-file", ".yamllint.yaml", *map(named, files)]
    return Look(len(files), "YAML files by yamllint", complaint(run(command)))
