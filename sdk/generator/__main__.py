"""`python -m sdk.generator` writes the generated parts of the SDKs: the same bytes for the same API."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from function_app.api.application import create_api
from function_app.process import process
from sdk.generator import typescript
from sdk.generator.document import Document
from sdk.generator.python_models import models_source
from sdk.generator.python_operations import ASYNC, SYNC, operations_source

_SDK = Path(__file__).resolve().parents[1]
_PACKAGE = _SDK / "python" / "parley"


def sources(document: Document) -> dict[Path, str]:
    """Every generated file, by its path below `sdk/`."""
    return {
        Path("python/parley/models.py"): _formatted(models_source(document)),
        Path("python/parley/operations.py"): _formatted(operations_source(document, SYNC)),
        Path("python/parley/aio/operations.py"): _formatted(operations_source(document, ASYNC)),
        Path("typescript/src/generated/models.ts"): typescript.models_source(document),
        Path("typescript/src/generated/operations.ts"): typescript.operations_source(document),
    }


def _formatted(source: str) -> str:
    """As ruff would have it, with the imports in order."""
    for command in (("check", "--select", "I,F401", "--fix"), ("format",)):
        arguments = [
            sys.executable,
            "-m",
            "ruff",
            *command,
            "--quiet",
            "--stdin-filename",
            str(_PACKAGE / "new.py"),
            "-",
        ]
        source = subprocess.run(arguments, input=source, capture_output=True, text=True, check=True).stdout
    return source


def main() -> None:
    document = Document.read(create_api(process).openapi())
    for path, source in sources(document).items():
        (_SDK / path).parent.mkdir(parents=True, exist_ok=True)
        (_SDK / path).write_text(source)


if __name__ == "__main__":
    main()
