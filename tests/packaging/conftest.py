"""The package as Azure would get it, unpacked."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The zip file."""
    output = tmp_path_factory.mktemp("package") / "functions.zip"
    subprocess.run([sys.executable, ROOT / "scripts" / "package_functions.py", output], check=True)
    return output


@pytest.fixture(scope="session")
def unpacked(package: Path) -> Path:
    """The folder that the Functions worker sees."""
    folder = package.parent / "wwwroot"
    with zipfile.ZipFile(package) as archive:
        archive.extractall(folder)
    return folder
