"""Dockerfiles, by hadolint."""

from __future__ import annotations

from scripts.infra.look import Look, complaint, named, program, run, tracked


def check() -> Look:
    files = tracked("*Dockerfile")
    problems = (
        complaint(run([program("hadolint"), "--no-color", "--config", ".hadolint.yaml", *map(named, files)]))
        if files
        else ()
    )
    return Look(len(files), "Dockerfiles by hadolint", problems)
