"""Dockerfiles, by hadolint, and the size of the image of the nodes."""

from __future__ import annotations

from scripts.infra import image_size
from scripts.infra.look import Look, complaint, named, program, run, tracked


def check() -> Look:
    files = tracked("*Dockerfile")
    found = (
        complaint(run([program("hadolint"), "--no-color", "--config", ".hadolint.yaml", *map(named, files)]))
        if files
        else ()
    )
    left_out = () if image_size.is_engine_built() else ("the engine's part in the image's size: it is not built here",)
    what = "Dockerfiles by hadolint; the nodes' image is small"
    return Look(len(files), what, found + image_size.problems(), left_out)
