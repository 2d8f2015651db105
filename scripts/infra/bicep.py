"""Bicep: every file parses, everything has a description, and every API version is one that has been looked at.

The files keep to the part of the language that the parsers here can read; there is no compiler on this machine.
"""

from __future__ import annotations

import hashlib
import json
import re
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

from scripts.infra.look import ROOT, Look, named, tracked

FOLDER = ROOT / "bicep"
_PARSED = ROOT / ".make" / "bicep"
_FORM = b"1"
"""Of what is kept: another number makes it anew."""
_OF_PARAMETERS = re.compile(r"^using .*$", re.MULTILINE)
_FROM_ENVIRONMENT = re.compile(r"readEnvironmentVariable\((?:'[^']*'), ('[^']*')\)")

_STRING_OR_COMMENT = re.compile(r"'(?:[^'\\\n]|\\.)*'|//[^\n]*")
_INTERPOLATION = re.compile(r"\$\{([^}]*)\}")
_DECLARATION = re.compile(r"^(?:param|var|resource|module|output) (\w+)", re.MULTILINE)
_LOOP = re.compile(r"\bfor (?:\((\w+), (\w+)\)|(\w+)) in\b")
_KEY = re.compile(r"(^|[{,])\s*\w+\s*:", re.MULTILINE)
_NAME = re.compile(r"(?<![\w.@$])([a-zA-Z_]\w*)\b(?!\s*\()")
_WORDS = {"param", "var", "resource", "module", "output", "targetScope", "existing", "if", "for", "in"}
_WORDS |= {"true", "false", "null", "string", "int", "bool", "object", "array"}

Document = dict[str, Any]
"""What is in a file: `globals`, `parameters`, `variables`, `resources`, `modules`, `outputs`, each by its name."""


def check() -> Look:
    files = tracked("bicep/*.bicep", "bicep/*.bicepparam")
    problems: list[str] = []
    for path in files:
        try:
            document = parse(path)
        except ValueError as error:
            problems.append(f"{named(path)}: {error}")
            continue
        if path.suffix == ".bicep":
            found = undescribed(document) + undeclared(path.read_text())
            problems += [f"{named(path)}: {problem}" for problem in found]
    return Look(len(files), "Bicep files parse, names are declared and described", tuple(problems))


def parse(path: Path) -> Document:
    """What is in the file. Raises ValueError where it cannot be read."""
    text = path.read_text()
    if path.suffix == ".bicepparam":
        text = _as_variables(text)
    kept = _PARSED / f"{hashlib.sha256(_FORM + text.encode()).hexdigest()}.json"
    if kept.exists():
        document: Document = json.loads(kept.read_text())
        return document
    try:
        document = _unquoted(_parser().parse(text=text))
    except Exception as error:
        raise ValueError(str(error).split("Expected one of")[0].strip()) from error
    # A parse takes seconds, and tests want the same files: several processes at once, which must see no half of one.
    kept.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile("w", dir=kept.parent, delete=False) as file:
        json.dump(document, file)
    Path(file.name).rename(kept)
    return document


def _as_variables(text: str) -> str:
    """A file of parameters in the part of the language that the parser knows."""
    text = _FROM_ENVIRONMENT.sub(r"\1", _OF_PARAMETERS.sub("", text))
    return re.sub(r"^param ", "var ", text, flags=re.MULTILINE)


def _unquoted(value: Any) -> Any:
    """The same without the quotes around names of properties that have other characters than letters."""
    if isinstance(value, dict):
        return {name.strip("'"): _unquoted(one) for name, one in value.items()}
    return [_unquoted(one) for one in value] if isinstance(value, list) else value


@cache
def _parser() -> Any:
    # Imported where it is needed: its grammar takes seconds to build.
    from pycep import BicepParser

    return BicepParser()


def undeclared(text: str) -> list[str]:
    """The names that are used and that nothing declares, as a compiler would tell."""
    code = _STRING_OR_COMMENT.sub(lambda match: " ".join(_INTERPOLATION.findall(match[0])), text)
    declared = set(_DECLARATION.findall(code)) | {name for loop in _LOOP.findall(code) for name in loop if name}
    used = set(_NAME.findall(_KEY.sub(r"\1", code)))
    return [f"{name} is not declared" for name in sorted(used - declared - _WORDS)]


def undescribed(document: Document) -> list[str]:
    """The parameters and outputs that nothing is said about."""
    found = []
    for kind in ("parameters", "outputs"):
        for name, one in document.get(kind, {}).items():
            decorators = one.get("decorators") or []
            if not any(decorator["type"] == "description" for decorator in decorators):
                found.append(f"{name} has no description")
    return found
