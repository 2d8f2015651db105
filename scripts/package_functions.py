"""Make the zip file that Azure Functions runs: the control plane, the wire models and the pinned requirements.

    python scripts/package_functions.py [build/functions.zip]

The same sources give the same bytes, so that a deployment can tell whether anything has changed.
"""

from __future__ import annotations

import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DEFAULT_OUTPUT = ROOT / "build" / "functions.zip"

FILES = ("function_app.py", "host.json", "requirements.txt")
FOLDERS = ("function_app", "parley_protocol")

# The first moment that a zip file can hold: real times would make every build different.
_TIME = (1980, 1, 1, 0, 0, 0)
_READABLE_BY_ALL = 0o644 << 16


def contents() -> Iterator[Path]:
    """Every file of the package, relative to the root, in order."""
    for name in FILES:
        yield Path(name)
    for folder in FOLDERS:
        for path in sorted((ROOT / folder).rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts:
                yield path.relative_to(ROOT)


def package(output: Path) -> int:
    """Writes the zip file; the number of files in it."""
    output.parent.mkdir(parents=True, exist_ok=True)
    files = list(contents())
    with zipfile.ZipFile(output, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in files:
            entry = zipfile.ZipInfo(path.as_posix(), _TIME)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = _READABLE_BY_ALL
            archive.writestr(entry, (ROOT / path).read_bytes())
    return len(files)


def main() -> int:
    output = Path(sys.argv[1]) if len(sys.argv) > 1 else DEFAULT_OUTPUT
    print(f"{output}: {package(output)} files")
    return 0


if __name__ == "__main__":
    sys.exit(main())
