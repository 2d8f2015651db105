"""How big the image of the nodes gets when it is unpacked, estimated from its layers; no registry is asked.

The base is counted by what Debian says of the packages that it is made of, Python packages by what is installed here of
the locked versions, our own code by what git has. Bytecode is in none of them.
"""

from __future__ import annotations

import re
from importlib import metadata
from pathlib import Path

from scripts.infra.look import ROOT, tracked

DOCKERFILE = ROOT / "k8s/images/sfu/Dockerfile"
LOCK = ROOT / "requirements/sfu.txt"
ENGINE = "parley-forwarder"
LIMIT_BYTES = 250_000_000

BASES_BYTES = {"gcr.io/distroless/python3-debian12": 60_000_000}
"""Sums of Installed-Size in Debian 12 (59.3 MB), over the packages of github.com/GoogleContainerTools/distroless:
python3/python.bzl, and cc, base and static below it. The image leaves out some of their files and is a bit smaller."""

_PINNED = re.compile(r"^([A-Za-z0-9._-]+)==(\S+)", re.MULTILINE)
_FROM = re.compile(r"^FROM ([^\s:@]+)", re.MULTILINE)
_COPIED = re.compile(r"^COPY ((?:parley_protocol|sfu_container)\S*) ", re.MULTILINE)


def estimated() -> dict[str, int]:
    """Bytes by part: `base`, `packages`, `engine` (0 where it is not built), `code`.

    Raises ValueError where one cannot be told.
    """
    dockerfile = DOCKERFILE.read_text()
    *_, last = _FROM.finditer(dockerfile)
    base = last[1]
    if base not in BASES_BYTES:
        raise ValueError(f"the size of {base} is not known: add it to {__name__}")
    copied = _COPIED.findall(dockerfile, last.end())
    code = tracked(*(f":(glob){path}" if "*" in path else path for path in copied))
    return {
        "base": BASES_BYTES[base],
        "packages": sum(_installed(name, version) for name, version in _PINNED.findall(LOCK.read_text())),
        "engine": _installed(ENGINE, None) if is_engine_built() else 0,
        "code": sum(path.stat().st_size for path in code),
    }


def problems() -> tuple[str, ...]:
    """What is wrong with the size: it is too big, or not known."""
    try:
        layers = estimated()
    except ValueError as error:
        return (f"size of the image of the nodes: {error}",)
    total = sum(layers.values())
    told = ", ".join(f"{name} {size / 1e6:.0f} MB" for name, size in layers.items())
    return (f"the image of the nodes gets {total / 1e6:.0f} MB: {told}",) if total > LIMIT_BYTES else ()


def is_engine_built() -> bool:
    return any(metadata.distributions(name=ENGINE))


def _installed(name: str, version: str | None) -> int:
    """Bytes of a package. Raises ValueError when that version is not installed here."""
    try:
        package = metadata.distribution(name)
    except metadata.PackageNotFoundError as error:
        raise ValueError(f"{name} is not installed") from error
    if version and package.version != version:
        raise ValueError(f"{name} {package.version} is installed, and {version} is locked")
    files = [Path(str(package.locate_file(file))) for file in package.files or ()]
    return sum(file.stat().st_size for file in files if file.suffix != ".pyc" and file.is_file())
