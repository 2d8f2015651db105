"""Workflows and compose.yaml against the published schemas of their formats, which check-jsonschema brings along."""

from __future__ import annotations

from scripts.infra.look import Look, complaint, program, run, tracked

SCHEMAS = {
    "vendor.github-workflows": (".github/workflows/*.yaml",),
    "vendor.github-actions": (".github/actions/*/action.yaml",),
    "vendor.compose-spec": ("compose.yaml",),
}


def check() -> Look:
    count = 0
    problems: tuple[str, ...] = ()
    for schema, patterns in SCHEMAS.items():
        files = tracked(*patterns)
        count += len(files)
        command = [program("check-jsonschema"), "--builtin-schema", schema, *files]
        problems += complaint(run(command)) if files else (f"{schema}: nothing was found to look at",)
    return Look(count, "files by the schemas of their formats", problems)
